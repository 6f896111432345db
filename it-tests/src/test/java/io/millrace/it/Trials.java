package io.millrace.it;

import io.millrace.it.History.Attempt;
import io.millrace.it.History.Entry;
import io.millrace.it.History.View;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Many clients that are cut off and come back, again and again, while publishers publish: one cut and one coming back is
 * one trial. At the end publishing stops, every client reads up to the end, and all of it is the history to check.
 *
 * <p>What a client does (transport, channels, where and when it is cut) follows from the seed; what the machine makes of
 * it doesn't.
 */
final class Trials {
    private static final int CLIENTS = 24;
    private static final int PUBLISHERS = 6;
    private static final int SECONDS_AT_MOST = 240;
    private static final List<String> BUSY =
            IntStream.range(0, 4).mapToObj(i -> "busy:" + i).toList();
    private static final List<String> QUIET =
            IntStream.range(0, 20).mapToObj(i -> "quiet:" + i).toList();

    private final List<Door> doors;
    private final long seed;
    private final int wanted;
    private final AtomicInteger begun = new AtomicInteger();
    private final Map<String, AtomicInteger> done = new ConcurrentHashMap<>();
    private final Map<String, String> copies = new ConcurrentHashMap<>();
    private final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_AT_MOST);
    private volatile boolean over;

    Trials(List<Door> doors, long seed, int wanted) {
        this.doors = doors;
        this.seed = seed;
        this.wanted = wanted;
    }

    History run() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS + PUBLISHERS);
        try {
            List<Future<List<Attempt>>> publishers = IntStream.range(0, PUBLISHERS)
                    .mapToObj(i -> threads.submit(publishing(i)))
                    .toList();
            List<Future<Subscriber>> clients = IntStream.range(0, CLIENTS)
                    .mapToObj(i -> threads.submit(comingAndGoing(i)))
                    .toList();
            List<Subscriber> subscribers = all(clients);
            over = true;
            List<Attempt> attempts =
                    all(publishers).stream().flatMap(List::stream).toList();
            return history(attempts, subscribers);
        } finally {
            over = true;
            threads.shutdownNow();
        }
    }

    /** How many trials of each kind were made. */
    Map<String, Integer> counts() {
        Map<String, Integer> counts = new TreeMap<>();
        done.forEach((kind, count) -> counts.put(kind, count.get()));
        return counts;
    }

    int count() {
        return done.entrySet().stream()
                .filter(kind -> kind.getKey().startsWith("of "))
                .mapToInt(kind -> kind.getValue().get())
                .sum();
    }

    private static <T> List<T> all(List<Future<T>> futures) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(future.get());
        }
        return results;
    }

    private Callable<List<Attempt>> publishing(int number) {
        return () -> {
            Random random = random(1_000 + number);
            Publisher publisher = new Publisher("p" + number, "x".repeat(40), () -> any(random));
            while (!over) {
                boolean busy = random.nextInt(3) > 0;
                List<String> among = busy ? BUSY : QUIET;
                int burst = random.nextInt(10) == 0 ? 12 : 1;
                for (int i = 0; i < burst; i++) {
                    publisher.publish(among.get(random.nextInt(among.size())), random.nextBoolean());
                }
                Thread.sleep(random.nextInt(25)); // the load's own rhythm, with gaps in which clients are caught up
            }
            return publisher.attempts();
        };
    }

    /** Java's generators of neighbouring seeds begin alike; these don't. */
    private Random random(int number) {
        return new Random(new Random(seed).nextLong() ^ (number + 1) * 0x9E3779B97F4A7C15L);
    }

    private Door any(Random random) {
        return doors.get(random.nextInt(doors.size()));
    }

    private Callable<Subscriber> comingAndGoing(int number) {
        return () -> {
            Random random = random(number);
            Subscriber subscriber = subscriber(number, random);
            while (begun.incrementAndGet() <= wanted && System.nanoTime() < deadline) {
                trial(number, subscriber, random);
            }
            return subscriber;
        };
    }

    private Subscriber subscriber(int number, Random random) {
        String from = random.nextInt(4) == 0 ? "earliest" : "";
        Subscriber subscriber =
                switch (number % 6) {
                    case 0, 1 -> new Subscriber("sse" + number, Subscriber.Transport.SSE, one(random), from, copies);
                    case 2 ->
                        new Subscriber("sse3-" + number, Subscriber.Transport.SSE, BUSY.subList(0, 3), from, copies);
                    case 3 -> new Subscriber("sse20-" + number, Subscriber.Transport.SSE, QUIET, from, copies);
                    case 4 -> new Subscriber("ws" + number, Subscriber.Transport.WEBSOCKET, one(random), from, copies);
                    default ->
                        new Subscriber(
                                "ws3-" + number, Subscriber.Transport.WEBSOCKET, BUSY.subList(1, 4), from, copies);
                };
        return number / 6 % 2 == 0 ? subscriber : subscriber.keepingSession();
    }

    private static List<String> one(Random random) {
        return List.of(BUSY.get(random.nextInt(BUSY.size())));
    }

    /** Comes, reads a random amount, and is cut off. */
    private void trial(int number, Subscriber subscriber, Random random) throws IOException {
        subscriber.connect(any(random));
        String how =
                switch (random.nextInt(8)) {
                    case 0 -> "at once";
                    case 1, 2, 3 -> "after some bytes";
                    default -> "after some time";
                };
        long begin = System.nanoTime();
        if (how.equals("after some bytes")) {
            int bytes = 1 + random.nextInt(random.nextInt(4) == 0 ? 400 : 8_000);
            long until = begin + TimeUnit.MILLISECONDS.toNanos(300);
            readBytes(subscriber, bytes, until);
        } else if (how.equals("after some time")) {
            long until = begin + TimeUnit.MILLISECONDS.toNanos(random.nextInt(220));
            readBytes(subscriber, Integer.MAX_VALUE, until);
        }
        boolean abruptly = random.nextBoolean();
        subscriber.cut(abruptly);
        count("cut " + how);
        count(abruptly ? "cut with RST" : "cut with FIN");
        count("of " + subscriber.name().replaceAll("-?\\d+$", ""));
    }

    private static void readBytes(Subscriber subscriber, int bytes, long until) throws IOException {
        int left = bytes;
        while (left > 0 && System.nanoTime() < until) {
            int piece = Math.min(left, 4_096);
            if (!subscriber.read(piece, until)) {
                return;
            }
            left -= piece;
        }
    }

    private void count(String kind) {
        done.computeIfAbsent(kind, new_ -> new AtomicInteger()).incrementAndGet();
    }

    private History history(List<Attempt> attempts, List<Subscriber> subscribers) throws IOException {
        Map<String, List<Entry>> log = new HashMap<>();
        Map<String, Long> heads = new HashMap<>();
        for (List<String> channels : List.of(BUSY, QUIET)) {
            for (String channel : channels) {
                List<Entry> entries = Calls.log(doors.get(0), channel);
                log.put(channel, entries);
                heads.put(
                        channel,
                        entries.isEmpty() ? 0 : entries.get(entries.size() - 1).offset());
            }
        }
        List<View> views = new ArrayList<>();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        for (Subscriber subscriber : subscribers) {
            subscriber.catchUp(doors.get(doors.size() - 1), heads, until);
            views.addAll(subscriber.views(heads));
        }
        return new History(attempts, log, views);
    }
}
