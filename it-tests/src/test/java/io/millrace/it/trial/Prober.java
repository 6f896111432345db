package io.millrace.it.trial;

import io.millrace.it.Cluster;
import io.millrace.it.Door;
import io.millrace.it.trial.Account.Probe;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;

/** Asks all the time, in the worst moments too, for what another tenant's login must not have. */
final class Prober implements Runnable {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Stage stage;
    private final Book book;
    private final Random random;
    private final Asker asker = new Asker();
    private final String token = Cluster.token("mallory", "mallory:*:subscribe,publish,history");
    private volatile boolean stopped;

    Prober(Stage stage, Book book, long seed) {
        this.stage = stage;
        this.book = book;
        this.random = new Random(seed ^ 77);
    }

    void stop() {
        stopped = true;
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                Member member = stage.member(random.nextInt(Schedule.NODES));
                Door door = new Door(member.door().port(), token);
                switch (random.nextInt(3)) {
                    case 0 -> ask(member.index, "history", door, "/v1/channels/trial:0/history?after=0");
                    case 1 -> ask(member.index, "stream", door, "/v1/channels/trial:0/events?from=earliest");
                    default -> say(member.index, door);
                }
                Thread.sleep(700); // the prober's rhythm
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask(int node, String what, Door door, String path) {
        int status;
        try {
            status = asker.get(door, path, PATIENCE).status();
        } catch (IOException away) {
            status = 0;
        }
        book.probed(new Probe(book.now(), node, what, status));
    }

    private void say(int node, Door door) {
        int status;
        try {
            status = asker.post(
                            door,
                            "/v1/channels/trial:0/events",
                            "",
                            "{\"type\":\"t\",\"data\":\"forbidden\"}",
                            PATIENCE)
                    .status();
        } catch (IOException away) {
            status = 0;
        }
        book.probed(new Probe(book.now(), node, "publish", status));
    }
}
