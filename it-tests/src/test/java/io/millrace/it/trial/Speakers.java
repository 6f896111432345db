package io.millrace.it.trial;

import io.millrace.it.Load;
import io.millrace.it.Members;
import io.millrace.it.trial.Account.Outcome;
import io.millrace.it.trial.Account.Try;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The publishers. One for each channel goes on with each event, by its key and on the next node, until it is acknowledged;
 * others publish without keys and never again, or in batches, or pipelined on a WebSocket.
 */
final class Speakers {
    /** How long one that retries by key waits before it asks another node. */
    static final Duration IMPATIENCE = Duration.ofSeconds(3);

    /** For how long it goes on so: longer than any fault keeps all nodes from acknowledging. */
    private static final int PERSISTENCE = 85_000;

    /** Longer than a node takes to say that it doesn't know. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** Keys are repeated within the window of the product's memory. */
    private static final int REPEAT_WITHIN = 120_000;

    private final Stage stage;
    private final Book book;
    private final long seed;
    private final List<String> channels;
    private final List<Thread> threads = new ArrayList<>();
    private final Asker asker = new Asker();
    private final CountDownLatch stopped = new CountDownLatch(1);

    Speakers(Stage stage, Book book, long seed, List<String> channels) {
        this.stage = stage;
        this.book = book;
        this.seed = seed;
        this.channels = channels;
    }

    void start() {
        for (String channel : channels) {
            run("k-" + channel.replace(':', '-'), random -> new Keyed(channel, random));
        }
        for (int i = 0; i < 2; i++) {
            run("loose" + i, Loose::new);
            run("batch" + i, random -> new Batched(this, random));
            int number = i;
            run("piped" + i, random -> new Piped(this, number, random));
        }
    }

    /** Lets everybody end what they are at. */
    void stop() throws InterruptedException {
        stopped.countDown();
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(90));
        }
    }

    boolean areStopped() {
        return stopped.getCount() == 0;
    }

    /** Whether one that retries by key since that moment goes on. */
    boolean persists(int since) {
        return book.now() - since < PERSISTENCE;
    }

    boolean pause(int millis) throws InterruptedException {
        return !stopped.await(millis, TimeUnit.MILLISECONDS);
    }

    Stage stage() {
        return stage;
    }

    Book book() {
        return book;
    }

    Asker asker() {
        return asker;
    }

    String channel(Random random) {
        return channels.get(random.nextInt(channels.size()));
    }

    /** One who publishes in turns. */
    interface Speaker {
        /** @return the pause until the next turn, in milliseconds */
        int turn(String name) throws InterruptedException;
    }

    private void run(String name, java.util.function.Function<Random, Speaker> speaker) {
        Speaker one = speaker.apply(new Random(seed ^ name.hashCode()));
        Thread thread = new Thread(
                () -> {
                    try {
                        while (pause(one.turn(name))) {
                            continue;
                        }
                    } catch (InterruptedException end) {
                        Thread.currentThread().interrupt();
                    }
                },
                "speaker-" + name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private Try one(
            String name, String channel, String value, String key, boolean forged, int node, Duration patience) {
        int from = book.now();
        Try tried;
        try {
            Asker.Answer answer = asker.post(
                    stage.member(node).door(),
                    "/v1/channels/" + channel + "/events",
                    "",
                    Load.body(channel, value, key, "x".repeat(40)),
                    patience);
            tried = told(name, channel, value, key, forged, node, from, answer);
        } catch (ConnectException notSent) {
            tried = failed(name, channel, value, key, forged, Outcome.FAILED, node, from);
        } catch (IOException broken) {
            tried = failed(name, channel, value, key, forged, Outcome.UNKNOWN, node, from);
        }
        book.tried(tried);
        return tried;
    }

    Try told(
            String name,
            String channel,
            String value,
            String key,
            boolean forged,
            int node,
            int from,
            Asker.Answer answer) {
        if (answer.status() == 201) {
            return receipt(name, value, key, forged, Members.of(answer.body()), channel, node, from);
        }
        Outcome outcome = answer.code().equals("publish-unconfirmed") ? Outcome.UNKNOWN : Outcome.FAILED;
        return new Try(
                name,
                channel,
                value,
                key,
                forged,
                outcome,
                0,
                false,
                answer.code(),
                answer.saysWhen(),
                node,
                from,
                book.now());
    }

    Try receipt(
            String name,
            String value,
            String key,
            boolean forged,
            Members receipt,
            String channel,
            int node,
            int from) {
        return new Try(
                name,
                channel,
                value,
                key,
                forged,
                Outcome.OK,
                receipt.number("offset"),
                receipt.raw("duplicate").equals("true"),
                "",
                false,
                node,
                from,
                book.now());
    }

    Try failed(String name, String channel, String value, String key, boolean forged, Outcome how, int node, int from) {
        return new Try(name, channel, value, key, forged, how, 0, false, "", false, node, from, book.now());
    }

    /** Goes on with each event until it is acknowledged. */
    private final class Keyed implements Speaker {
        private final String channel;
        private final Random random;
        private final List<Try> acknowledged = new ArrayList<>();
        private int next;
        private int node;

        Keyed(String channel, Random random) {
            this.channel = channel;
            this.random = random;
            this.node = random.nextInt(Schedule.NODES);
        }

        @Override
        public int turn(String name) throws InterruptedException {
            String value = name + "." + ++next;
            Try tried = one(name, channel, value, "key-" + value, false, node, IMPATIENCE);
            int tries = 1;
            int since = tried.from();
            while (tried.outcome() != Outcome.OK && persists(since)) {
                Thread.sleep(50L * Math.min(tries++, 6)); // what a publisher waits before it tries again
                node = (node + 1) % Schedule.NODES;
                tried = one(name, channel, value, "key-" + value, false, node, IMPATIENCE);
            }
            acknowledged.add(tried);
            if (random.nextInt(12) == 0) {
                repeat(name);
            }
            if (random.nextInt(20) == 0) {
                node = random.nextInt(Schedule.NODES);
            }
            return channel.startsWith(Stage.BRIEF) ? 25 + random.nextInt(20) : 60 + random.nextInt(60);
        }

        /** An event of before again, or another body under its key. */
        private void repeat(String name) {
            Try old = acknowledged.get(Math.max(0, acknowledged.size() - 1 - random.nextInt(400)));
            if (book.now() - old.to() > REPEAT_WITHIN) {
                return;
            }
            if (random.nextInt(4) == 0) {
                String value = "forged-" + old.value() + "." + next;
                one(name, channel, value, old.key(), true, random.nextInt(Schedule.NODES), IMPATIENCE);
            } else {
                one(name, channel, old.value(), old.key(), false, random.nextInt(Schedule.NODES), IMPATIENCE);
            }
        }
    }

    /** Without keys, and never again: what it isn't told stays unknown. */
    private final class Loose implements Speaker {
        private final Random random;
        private int next;

        Loose(Random random) {
            this.random = random;
        }

        @Override
        public int turn(String name) {
            String value = name + "." + ++next;
            one(name, channel(random), value, "", false, random.nextInt(Schedule.NODES), PATIENCE);
            return 100 + random.nextInt(150);
        }
    }
}
