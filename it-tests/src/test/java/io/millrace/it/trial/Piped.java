package io.millrace.it.trial;

import io.millrace.it.Frame;
import io.millrace.it.Load;
import io.millrace.it.Members;
import io.millrace.it.WsClient;
import io.millrace.it.trial.Account.Outcome;
import io.millrace.it.trial.Account.Try;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Publishes several events on a WebSocket before it waits for the first answer. Each connection is a speaker of its own. */
final class Piped implements Speakers.Speaker {
    private static final int AT_ONCE = 4;
    private static final int PATIENCE_SECONDS = 15;

    private final Speakers speakers;
    private final int number;
    private final Random random;
    private WsClient socket;
    private String session = "";
    private String channel = "";
    private int sessions;
    private int next;
    private int node;
    private int turnsLeft;

    Piped(Speakers speakers, int number, Random random) {
        this.speakers = speakers;
        this.number = number;
        this.random = random;
    }

    @Override
    public int turn(String name) {
        try {
            if (socket == null) {
                node = random.nextInt(Schedule.NODES);
                socket = WsClient.open(speakers.stage().member(node).door());
                session = "w" + number + "s" + sessions++;
                channel = speakers.channel(random);
                turnsLeft = 20 + random.nextInt(60);
            }
        } catch (IOException refused) {
            return 300;
        }
        Map<String, Try> open = new LinkedHashMap<>();
        try {
            say(open);
            hear(open);
        } catch (IOException broken) {
            turnsLeft = 0;
        }
        open.values().stream().filter(one -> one.outcome() == Outcome.UNKNOWN).forEach(speakers.book()::tried);
        if (open.values().stream().anyMatch(one -> one.outcome() == Outcome.UNKNOWN) || --turnsLeft <= 0) {
            hangUp();
        }
        return 350 + random.nextInt(200);
    }

    private void say(Map<String, Try> open) throws IOException {
        for (int i = 0; i < AT_ONCE; i++) {
            String value = session + "." + ++next;
            open.put(
                    Integer.toString(next),
                    speakers.failed(
                            session,
                            channel,
                            value,
                            "",
                            false,
                            Outcome.UNKNOWN,
                            node,
                            speakers.book().now()));
            socket.say("{\"type\":\"publish\",\"ref\":\"" + next + "\",\"channel\":\"" + channel + "\",\"event\":"
                    + Load.body(channel, value, "", "") + "}");
        }
    }

    private void hear(Map<String, Try> open) throws IOException {
        List<String> waiting = new ArrayList<>(open.keySet());
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!waiting.isEmpty() && System.nanoTime() < until && !socket.ended()) {
            for (Frame frame : socket.read(16_384, until)) {
                Members members = Members.of(frame.data());
                if (members.has("ref")) {
                    String ref = members.text("ref");
                    answer(open, ref, frame.kind(), members);
                    waiting.remove(ref);
                }
            }
        }
    }

    private void answer(Map<String, Try> open, String ref, String kind, Members members) {
        Try asked = open.get(ref);
        Try told;
        if (kind.equals("published")) {
            Members receipt =
                    Members.of(Members.elements(members.raw("results")).get(0));
            told = speakers.receipt(session, asked.value(), "", false, receipt, channel, node, asked.from());
        } else {
            String code = members.text("code");
            Outcome outcome = code.equals("publish-unconfirmed") ? Outcome.UNKNOWN : Outcome.FAILED;
            told = new Try(
                    session,
                    channel,
                    asked.value(),
                    "",
                    false,
                    outcome,
                    0,
                    false,
                    code,
                    members.has("retryAfter"),
                    node,
                    asked.from(),
                    speakers.book().now());
        }
        open.put(ref, told);
        if (told.outcome() != Outcome.UNKNOWN) {
            speakers.book().tried(told);
        }
    }

    private void hangUp() {
        try {
            socket.cut(false);
        } catch (IOException already) {
            // it is closed, which is what was wanted
        }
        socket = null;
    }
}
