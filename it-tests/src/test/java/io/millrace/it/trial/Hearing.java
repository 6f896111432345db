package io.millrace.it.trial;

import io.millrace.it.Frame;
import io.millrace.it.LiveClient;
import io.millrace.it.Load;
import io.millrace.it.Members;
import io.millrace.it.SseClient;
import io.millrace.it.trial.Account.Odd;
import io.millrace.it.trial.Account.Saw;
import io.millrace.it.trial.Account.Step;
import io.millrace.it.trial.Account.Stood;
import io.millrace.it.trial.Account.Trail;
import io.millrace.it.trial.Account.WasReset;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one reader has heard, and the cursors it would come back with. Used by its thread; read by others once that ended. */
final class Hearing {
    private final Reader.Kind kind;
    private final Book book;
    private final Map<String, List<Step>> steps = new HashMap<>();
    private final Map<String, Long> positions = new HashMap<>();
    private final Map<String, String> cursors = new HashMap<>();
    private final Set<String> begun = new HashSet<>();
    private String lastEventId = "";
    private int begunAt = -1;
    private int told = -1;
    private boolean mustGo;
    private int heartbeatsWithId;

    Hearing(Reader.Kind kind, Book book) {
        this.kind = kind;
        this.book = book;
        kind.channels().forEach(channel -> steps.put(channel, new ArrayList<>()));
    }

    /** A new connection. */
    void connects() {
        begun.clear();
        begunAt = -1;
        told = -1;
        mustGo = false;
        heartbeatsWithId = 0;
    }

    /** When this connection had been told of all its channels; -1 while it hasn't. */
    int begunAt() {
        return begunAt;
    }

    /** The pause that the server asked for, in milliseconds; -1 for none. */
    int told() {
        return told;
    }

    /** Whether it was told something after which a client leaves and comes back. */
    boolean mustGo() {
        return mustGo;
    }

    String lastEventId() {
        return lastEventId;
    }

    /** Empty for none yet. */
    String cursor(String channel) {
        return cursors.getOrDefault(channel, "");
    }

    boolean reached(Map<String, Long> heads) {
        return kind.channels().stream()
                .allMatch(channel -> positions.getOrDefault(channel, -1L) >= heads.getOrDefault(channel, 0L));
    }

    List<Trail> trails(String name) {
        return kind.channels().stream()
                .map(channel -> new Trail(name, channel, kind.from().isEmpty(), List.copyOf(steps.get(channel))))
                .toList();
    }

    void hear(LiveClient client, List<Frame> frames, int node) {
        for (Frame frame : frames) {
            hear(frame, node);
        }
        if (client instanceof SseClient sse && !sse.lastEventId().isEmpty()) {
            lastEventId = sse.lastEventId();
        }
    }

    void checkHeartbeats(LiveClient client) {
        if (client instanceof SseClient sse && sse.heartbeatsWithId() > heartbeatsWithId) {
            heartbeatsWithId = sse.heartbeatsWithId();
            odd(kind.channels().get(0), "a heartbeat with an id");
        }
    }

    private void hear(Frame frame, int node) {
        switch (frame.kind()) {
            case "event" -> event(frame);
            case "connected" -> {
                if (kind.transport() == Reader.Transport.SSE) {
                    kind.channels().forEach(channel -> stands(channel, frame.id()));
                }
            }
            case "subscribed" -> stands(Members.of(frame.data()).text("channel"), frame.id());
            case "reset" -> reset(Members.of(frame.data()));
            case "reconnect" -> {
                told = (int) Members.of(frame.data()).number("afterMillis");
                book.told(node);
            }
            case "problem" -> problem(Members.of(frame.data()));
            case "heartbeat" -> {
                if (!frame.id().isEmpty()) {
                    odd(kind.channels().get(0), "a heartbeat with an id");
                }
            }
            default -> {}
        }
    }

    private void stands(String channel, String id) {
        long offset = offset(channel, id);
        add(channel, new Stood(book.now(), offset));
        positions.put(channel, offset);
        cursors.put(channel, id);
        begun.add(channel);
        if (begun.size() == kind.channels().size()) {
            begunAt = book.now();
        }
    }

    private void event(Frame frame) {
        String channel = Load.channel(frame.data());
        if (!steps.containsKey(channel)) {
            odd(kind.channels().get(0), "an event of another channel: " + frame.data());
            return;
        }
        long offset = offset(channel, frame.id());
        add(channel, new Saw(book.now(), offset, print(frame.type(), frame.data())));
        positions.put(channel, offset);
        cursors.put(channel, frame.id());
        if (kind.transport() == Reader.Transport.SSE) {
            for (String other : kind.channels()) {
                long stands = offset(other, frame.id());
                if (stands != positions.getOrDefault(other, -1L)) {
                    odd(other, "an event of " + channel + " moved the cursor to " + stands);
                }
            }
        }
    }

    private void reset(Members reset) {
        String channel = reset.text("channel");
        String requested = reset.raw("requested");
        long from = reset.number("availableFrom");
        add(
                channel,
                new WasReset(
                        book.now(),
                        requested.equals("null") ? -1 : Members.of(requested).number("offset"),
                        from,
                        reset.number("head"),
                        reset.text("reason")));
        positions.put(channel, from - 1);
    }

    /** What may be tried again is the way of a node in trouble; what may not must not be said to an innocent client. */
    private void problem(Members problem) {
        mustGo = true;
        if (!problem.raw("retry").equals("true")) {
            odd(kind.channels().get(0), "refused for good: " + problem.text("code"));
        }
    }

    private void odd(String channel, String what) {
        add(channel, new Odd(book.now(), what));
    }

    private void add(String channel, Step step) {
        List<Step> of = steps.get(channel);
        if (of != null) {
            of.add(step);
        }
    }

    private static long offset(String channel, String id) {
        if (Cursor.parse(id) instanceof Cursor.Valid valid
                && valid.cursor().find(ChannelName.of(channel)) instanceof Cursor.At at) {
            return at.position().offset();
        }
        return -1;
    }

    /** FNV-1a of type and data. */
    static long print(String type, String data) {
        long hash = 0xcbf29ce484222325L;
        String all = type + "\n" + data;
        for (int i = 0; i < all.length(); i++) {
            hash = (hash ^ all.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
