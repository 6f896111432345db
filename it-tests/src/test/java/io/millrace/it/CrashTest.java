package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.Checker.Fault;
import io.millrace.it.History.Attempt;
import io.millrace.it.History.Entry;
import io.millrace.it.History.Outcome;
import io.millrace.it.History.View;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I1, I2, I5, I6 across a kill -9: the JVM dies in the middle of 64 publishes, its PostgreSQL is left behind as an orphan. */
class CrashTest {
    private static final int PUBLISHERS = 64;
    private static final int CRASHES = 3;
    private static final List<String> CHANNELS = List.of("crash:0", "crash:1", "crash:2", "crash:3");

    @TempDir
    Path folder;

    private Product product;
    private volatile boolean publishing;

    @Test
    void whatWasAcknowledgedOutlivesAKill() throws Exception {
        product = Product.dev("crash", folder, Map.of());
        try {
            List<Publisher> publishers = IntStream.range(0, PUBLISHERS)
                    .mapToObj(i -> new Publisher("p" + i, "x".repeat(100), () -> product.door()))
                    .toList();
            List<Subscriber> subscribers = CHANNELS.stream()
                    .flatMap(channel -> List.of(Subscriber.Transport.values()).stream()
                            .map(transport ->
                                    new Subscriber(transport + " of " + channel, transport, List.of(channel), "")))
                    .toList();
            for (Subscriber subscriber : subscribers) {
                subscriber.connect(product.door());
                while (!subscriber.hasBegun()) {
                    assertThat(subscriber.read(4_096, in(10))).isTrue();
                }
            }
            for (int crash = 1; crash <= CRASHES; crash++) {
                crashOnce(publishers, crash);
                for (Subscriber subscriber : subscribers) {
                    readWhatIsThere(subscriber);
                    subscriber.connect(product.door());
                }
            }
            check(publishers, subscribers);
        } finally {
            product.close();
        }
    }

    private void crashOnce(List<Publisher> publishers, int crash) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(PUBLISHERS);
        int before = acknowledged(publishers);
        publishing = true;
        publishers.forEach(publisher -> threads.execute(() -> publish(publisher)));
        Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> acknowledged(publishers) > before + 700 * crash);
        product.kill9();
        publishing = false;
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        long begin = System.nanoTime();
        product.restart();
        System.out.printf(
                "CrashTest: kill %d, %d acknowledged, %d unknown so far; serving again after %d ms%n",
                crash,
                acknowledged(publishers),
                count(publishers, Outcome.UNKNOWN),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
        for (Publisher publisher : publishers) {
            retryTheLast(publisher);
        }
    }

    private void publish(Publisher publisher) {
        int turn = 0;
        while (publishing) {
            Attempt attempt = publisher.publish(CHANNELS.get(turn++ % CHANNELS.size()), true);
            if (attempt.outcome() != Outcome.OK) {
                return;
            }
        }
    }

    /** By their keys: what was acknowledged must be told again as it was, what was not must now be stored, once. */
    private static void retryTheLast(Publisher publisher) {
        List<Attempt> attempts = List.copyOf(publisher.attempts());
        for (Attempt attempt : attempts.subList(Math.max(0, attempts.size() - 3), attempts.size())) {
            Attempt again = publisher.again(attempt);
            assertThat(again.outcome()).as("again: %s", attempt).isEqualTo(Outcome.OK);
            if (attempt.outcome() == Outcome.OK) {
                assertThat(again.duplicate()).as("again: %s", attempt).isTrue();
                assertThat(again.offset()).isEqualTo(attempt.offset());
            }
        }
    }

    private static void readWhatIsThere(Subscriber subscriber) throws Exception {
        try {
            while (subscriber.read(65_536, in(10))) {
                continue;
            }
        } catch (IOException reset) {
            // what was under way when the process died
        }
        subscriber.cut(false);
    }

    private void check(List<Publisher> publishers, List<Subscriber> subscribers) throws Exception {
        Map<String, List<Entry>> log = new HashMap<>();
        Map<String, Long> heads = new HashMap<>();
        for (String channel : CHANNELS) {
            List<Entry> entries = Calls.log(product.door(), channel);
            log.put(channel, entries);
            heads.put(channel, (long) entries.size());
        }
        List<View> views = new ArrayList<>();
        for (Subscriber subscriber : subscribers) {
            subscriber.follow(heads, in(20));
            subscriber.cut(false);
            views.addAll(subscriber.views(heads));
        }
        List<Attempt> attempts = publishers.stream()
                .flatMap(publisher -> publisher.attempts().stream())
                .toList();
        List<Fault> faults = Checker.check(new History(attempts, log, views));
        System.out.printf(
                "CrashTest: %d attempts, %d events in the log, %d received, %d faults%n",
                attempts.size(),
                log.values().stream().mapToInt(List::size).sum(),
                views.stream().mapToInt(view -> view.seen().size()).sum(),
                faults.size());
        assertThat(faults).as(() -> Checker.report(faults)).isEmpty();
        assertThat(count(publishers, Outcome.UNKNOWN))
                .as("publishes that the kills cut off")
                .isPositive();
    }

    private static int acknowledged(List<Publisher> publishers) {
        return count(publishers, Outcome.OK);
    }

    private static int count(List<Publisher> publishers, Outcome outcome) {
        return publishers.stream()
                .mapToInt(publisher -> (int) List.copyOf(publisher.attempts()).stream()
                        .filter(attempt -> attempt.outcome() == outcome)
                        .count())
                .sum();
    }

    private static long in(int seconds) {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }
}
