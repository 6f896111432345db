package io.millrace.it;

import io.millrace.it.History.Entry;
import io.millrace.it.History.View;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * A client that comes back: it keeps only what an EventSource keeps (SSE: the last id; WebSocket: the last id of each
 * channel), and records all it gets. With a session it comes back to that, without a login and without subscribing, as
 * long as the server knows it. Not for several threads.
 */
final class Subscriber {
    enum Transport {
        SSE,
        WEBSOCKET
    }

    private final String name;
    private final Transport transport;
    private final List<String> channels;
    private final String from;
    private final Map<String, String> copies;
    private final Map<String, Long> start = new TreeMap<>();
    private final Map<String, Long> position = new HashMap<>();
    private final Map<String, List<Entry>> seen = new HashMap<>();
    private final Map<String, String> cursors = new HashMap<>();
    private final List<String> oddities = new ArrayList<>();
    private final List<Frame> resets = new ArrayList<>();
    private UnaryOperator<String> tampering = UnaryOperator.identity();
    private String lastEventId = "";
    private boolean keepsSession;
    private int resumes;
    private Ticket ticket;
    private String token = "";
    private LiveClient client;

    /**
     * @param from where it begins, the first time; empty for live
     * @param copies shared by all subscribers, to compare what each got
     */
    Subscriber(String name, Transport transport, List<String> channels, String from, Map<String, String> copies) {
        this.name = name;
        this.transport = transport;
        this.channels = channels;
        this.from = from;
        this.copies = copies;
        channels.forEach(channel -> seen.put(channel, new ArrayList<>()));
    }

    Subscriber(String name, Transport transport, List<String> channels, String from) {
        this(name, transport, channels, from, new ConcurrentHashMap<>());
    }

    /** From now on it comes back with something else than the id it got. */
    void tamper(UnaryOperator<String> how) {
        tampering = how;
    }

    Subscriber keepingSession() {
        keepsSession = true;
        return this;
    }

    void connect(Door door) throws IOException {
        if (keepsSession) {
            connectToSession(door);
        } else if (transport == Transport.SSE) {
            String id = lastEventId.isEmpty() ? "" : tampering.apply(lastEventId);
            client = SseClient.open(door, channels, id, from); // a browser that comes back sends both
        } else {
            WsClient socket = WsClient.open(door);
            client = socket;
            subscribe(socket, channels);
        }
    }

    private void subscribe(WsClient socket, List<String> channels) throws IOException {
        for (String channel : channels) {
            String cursor = cursors.get(channel);
            socket.subscribe(channel, cursor == null ? from : tampering.apply(cursor));
        }
    }

    /** What was never answered isn't part of the session. */
    private void askFor(List<String> channels) {
        try {
            subscribe((WsClient) client, channels);
        } catch (IOException cut) {
            // it is asked for again when the client is back
        }
    }

    private void connectToSession(Door door) throws IOException {
        Ticket known = hasBegun() ? ticket : null;
        ticket = null;
        if (transport == Transport.SSE) {
            String id = lastEventId.isEmpty() ? "" : tampering.apply(lastEventId);
            try {
                client = SseClient.withSession(door, channels, id, from, known);
            } catch (IOException refused) {
                if (known == null || !String.valueOf(refused.getMessage()).contains("session-unknown")) {
                    throw refused;
                }
                client = SseClient.withSession(door, channels, id, from, null);
            }
        } else if (known == null) {
            WsClient socket = WsClient.withSession(door);
            client = socket;
            subscribe(socket, channels);
        } else {
            WsClient socket = WsClient.withSession(new Door(door.port(), ""));
            client = socket;
            token = door.token();
            Map<String, String> places = new HashMap<>();
            cursors.forEach((channel, id) -> places.put(channel, tampering.apply(id)));
            socket.say(known.message(places));
        }
    }

    /** The session has ended: the login and the cursors will do. */
    private void goOnWithout() {
        try {
            WsClient socket = (WsClient) client;
            socket.say("{\"type\":\"authenticate\",\"token\":\"" + token + "\"}");
            subscribe(socket, channels);
        } catch (IOException cut) {
            // the next connection logs in
        }
    }

    /** Reads what comes, no more than so many bytes, waiting no longer than the deadline; false where the stream ended. */
    boolean read(int maxBytes, long deadlineNanos) throws IOException {
        List<Frame> frames = client.read(maxBytes, deadlineNanos);
        frames.forEach(this::take);
        if (client instanceof SseClient sse && !sse.lastEventId().isEmpty()) {
            lastEventId = sse.lastEventId();
        }
        return !client.ended();
    }

    void cut(boolean abruptly) throws IOException {
        client.cut(abruptly);
    }

    private void take(Frame frame) {
        switch (frame.kind()) {
            case "event" -> event(frame);
            case "connected" -> {
                ticket = keepsSession ? Ticket.of(frame.data()) : null;
                resumes += frame.data().contains("\"resumed\":true") ? 1 : 0;
                if (transport == Transport.SSE) {
                    channels.forEach(channel -> begins(channel, frame.id()));
                }
            }
            case "subscribed" -> begins(Members.of(frame.data()).text("channel"), frame.id());
            case "reset" -> {
                resets.add(frame);
                oddities.add("reset: " + frame.data());
            }
            case "authenticated", "reconnect" -> {}
            case "resumed" -> {
                resumes++;
                String followed = Members.of(frame.data()).raw("channels");
                askFor(channels.stream()
                        .filter(channel -> !followed.contains("\"" + channel + "\""))
                        .toList());
            }
            default -> {
                if (keepsSession && frame.data().contains("session-unknown")) {
                    goOnWithout();
                } else {
                    oddities.add(frame.kind() + ": " + frame.data());
                }
            }
        }
    }

    private void begins(String channel, String id) {
        long offset = offset(channel, id);
        Long before = position.put(channel, offset);
        if (before == null) {
            start.put(channel, offset);
        } else if (before != offset) {
            oddities.add("stood at " + before + ", is told to stand at " + offset);
        }
        cursors.put(channel, id);
    }

    private void event(Frame frame) {
        String channel = Load.channel(frame.data());
        if (!position.containsKey(channel)) {
            oddities.add("an event before it was told where it stands: " + frame);
            return;
        }
        long offset = offset(channel, frame.id());
        seen.get(channel).add(Load.entry(offset, frame.type(), frame.data()));
        position.put(channel, offset);
        cursors.put(channel, frame.id());
        if (transport == Transport.SSE) {
            for (String other : channels) {
                if (!other.equals(channel) && offset(other, frame.id()) != position.get(other)) {
                    oddities.add("an event of " + channel + " moved the cursor of " + other);
                }
            }
        }
        String before = copies.putIfAbsent(
                transport + (channels.size() > 1 ? "+ " : " ") + channel + " " + offset, frame.copy());
        if (before != null && !before.equals(frame.copy())) {
            oddities.add("another copy than before: " + before + " | " + frame.copy());
        }
    }

    private static long offset(String channel, String id) {
        if (Cursor.parse(id) instanceof Cursor.Valid valid
                && valid.cursor().find(ChannelName.of(channel)) instanceof Cursor.At at) {
            return at.position().offset();
        }
        throw new IllegalStateException("no cursor of " + channel + ": " + id);
    }

    String name() {
        return name;
    }

    /** How often it went on with its session. */
    int resumes() {
        return resumes;
    }

    String lastEventId() {
        return lastEventId;
    }

    List<Frame> resets() {
        return resets;
    }

    /** Whether it was ever told where it stands. */
    boolean hasBegun() {
        return start.size() == channels.size();
    }

    long position(String channel) {
        return position.getOrDefault(channel, -1L);
    }

    boolean reached(Map<String, Long> heads) {
        return channels.stream().allMatch(channel -> position(channel) >= heads.getOrDefault(channel, 0L));
    }

    /** Connects and reads until it stands at these heads. */
    void catchUp(Door door, Map<String, Long> heads, long deadlineNanos) throws IOException {
        connect(door);
        try {
            follow(heads, deadlineNanos);
        } finally {
            cut(false);
        }
    }

    /** Reads on until it stands at these heads. */
    void follow(Map<String, Long> heads, long deadlineNanos) throws IOException {
        while (!reached(heads) && System.nanoTime() < deadlineNanos && read(65_536, deadlineNanos)) {
            continue;
        }
    }

    /** What it saw of each channel, to be compared with all up to these heads. */
    List<View> views(Map<String, Long> heads) {
        return channels.stream()
                .map(channel -> new View(
                        name,
                        channel,
                        start.getOrDefault(channel, 0L),
                        heads.getOrDefault(channel, 0L),
                        seen.get(channel),
                        oddities))
                .toList();
    }
}
