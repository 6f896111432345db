package io.millrace.it.trial;

import io.millrace.it.Door;
import io.millrace.it.Load;
import io.millrace.it.Members;
import io.millrace.it.trial.Account.Outcome;
import io.millrace.it.trial.Account.Try;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Several at once under one key: all of them or none. */
final class Batched implements Speakers.Speaker {
    private final Speakers speakers;
    private final Random random;
    private int next;

    Batched(Speakers speakers, Random random) {
        this.speakers = speakers;
        this.random = random;
    }

    @Override
    public int turn(String name) throws InterruptedException {
        String channel = speakers.channel(random);
        String key = name + "-" + next;
        List<String> values = IntStream.range(0, 2 + random.nextInt(5))
                .mapToObj(i -> name + "." + ++next)
                .toList();
        int node = random.nextInt(Schedule.NODES);
        int since = speakers.book().now();
        while (!said(name, channel, key, values, node) && speakers.persists(since)) {
            Thread.sleep(200); // what a publisher waits before it tries again
            node = (node + 1) % Schedule.NODES;
        }
        return 300 + random.nextInt(300);
    }

    private boolean said(String name, String channel, String key, List<String> values, int node) {
        int from = speakers.book().now();
        String body = values.stream()
                .map(value -> Load.body(channel, value, "", ""))
                .collect(Collectors.joining(",", "[", "]"));
        Door door = speakers.stage().member(node).door();
        List<Try> tried = new ArrayList<>();
        try {
            Asker.Answer answer =
                    speakers.asker().post(door, "/v1/channels/" + channel + "/events", key, body, Speakers.IMPATIENCE);
            List<String> receipts = answer.status() == 201 ? Members.elements(answer.body()) : List.of();
            for (int i = 0; i < values.size(); i++) {
                tried.add(
                        receipts.isEmpty()
                                ? speakers.told(name, channel, values.get(i), key + "#" + i, false, node, from, answer)
                                : speakers.receipt(
                                        name,
                                        values.get(i),
                                        key + "#" + i,
                                        false,
                                        Members.of(receipts.get(i)),
                                        channel,
                                        node,
                                        from));
            }
        } catch (IOException broken) {
            Outcome how = broken instanceof ConnectException ? Outcome.FAILED : Outcome.UNKNOWN;
            for (int i = 0; i < values.size(); i++) {
                tried.add(speakers.failed(name, channel, values.get(i), key + "#" + i, false, how, node, from));
            }
        }
        tried.forEach(speakers.book()::tried);
        return tried.get(0).outcome() == Outcome.OK;
    }
}
