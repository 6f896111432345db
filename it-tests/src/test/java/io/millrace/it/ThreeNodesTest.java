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
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Three processes on one PostgreSQL: any node serves any channel; I16 when one is killed. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ThreeNodesTest {
    /** Enough that each node holds about a third. */
    private static final List<String> CHANNELS =
            IntStream.range(0, 24).mapToObj(i -> "three:" + i).toList();

    @TempDir
    static Path folder;

    private static Cluster cluster;
    private volatile boolean publishing = true;

    @BeforeAll
    static void start() throws IOException {
        cluster = Cluster.start("three", folder);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    @Order(1)
    void whatIsPublishedOnAnyNodeIsReadOnAny() throws IOException {
        List<Door> doors = cluster.doors();
        Publisher[] publishers = IntStream.range(0, 3)
                .mapToObj(i -> new Publisher("any" + i, "", () -> doors.get(i)))
                .toArray(Publisher[]::new);
        for (int i = 0; i < 30; i++) {
            assertThat(publishers[i % 3].publish("any", false).outcome()).isEqualTo(Outcome.OK);
        }
        List<Entry> log = Calls.log(doors.get(0), "any");
        assertThat(log).hasSize(30).isEqualTo(Calls.log(doors.get(1), "any")).isEqualTo(Calls.log(doors.get(2), "any"));
        List<View> views = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Subscriber subscriber = new Subscriber("on " + i, Subscriber.Transport.SSE, List.of("any"), "earliest");
            subscriber.catchUp(doors.get(i), Map.of("any", 30L), in(10));
            views.addAll(subscriber.views(Map.of("any", 30L)));
        }
        List<Attempt> attempts = new ArrayList<>();
        List.of(publishers).forEach(publisher -> attempts.addAll(publisher.attempts()));
        assertThat(Checker.report(Checker.check(new History(attempts, Map.of("any", log), views))))
                .isEmpty();
    }

    @Test
    @Order(2)
    void whoComesBackOnAnotherNodeGoesOnWhereItWas() throws IOException {
        Publisher publisher = new Publisher("moves", "", () -> cluster.doors().get(0));
        for (Subscriber.Transport transport : Subscriber.Transport.values()) {
            String channel = "moves:" + transport;
            Subscriber subscriber = new Subscriber("mover", transport, List.of(channel), "earliest");
            for (int node = 0; node < 3; node++) {
                for (int i = 0; i < 5; i++) {
                    publisher.publish(channel, false);
                }
                subscriber.catchUp(cluster.doors().get(node), Map.of(channel, node * 5L + 5), in(10));
            }
            List<View> views = subscriber.views(Map.of(channel, 15L));
            assertThat(views.get(0).seen()).extracting(Entry::offset).containsExactlyElementsOf(upTo(15));
            assertThat(views.get(0).oddities()).isEmpty();
        }
    }

    /** Ten readers on each node, and each event goes at most once to each of the two other nodes. */
    @Test
    @Order(3)
    void noEventCrossesALinkTwice() throws IOException {
        long eventsBefore = sum("millrace_channel_events_total");
        long messagesBefore = sum("millrace_channel_announcements_remote_total");
        List<Subscriber> readers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Subscriber reader = new Subscriber("linked" + i, Subscriber.Transport.SSE, List.of("linked"), "");
            reader.connect(cluster.doors().get(i % 3));
            while (!reader.hasBegun()) {
                assertThat(reader.read(65_536, in(20))).isTrue();
            }
            readers.add(reader);
        }
        Publisher publisher = new Publisher("links", "", () -> cluster.doors().get(0));
        for (int i = 0; i < 50; i++) {
            publisher.publish("linked", false);
        }
        for (Subscriber reader : readers) {
            reader.follow(Map.of("linked", 50L), in(20));
            assertThat(reader.reached(Map.of("linked", 50L))).isTrue();
            reader.cut(false);
        }
        long events = sum("millrace_channel_events_total") - eventsBefore;
        long messages = sum("millrace_channel_announcements_remote_total") - messagesBefore;
        assertThat(events).isGreaterThanOrEqualTo(50);
        assertThat(messages).isBetween(50L, 2 * events);
    }

    private static long sum(String counter) throws IOException {
        double sum = 0;
        for (int node = 0; node < 3; node++) {
            sum += Calls.admin(cluster.node(node), "/metrics")
                    .lines()
                    .filter(line -> line.startsWith(counter))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
        return Math.round(sum);
    }

    @Test
    @Order(4)
    void aKilledNodesChannelsGoOnAndTheOthersSubscribersNoticeNothing() throws Exception {
        List<Door> left = List.of(cluster.node(1).door(), cluster.node(2).door());
        List<Subscriber> subscribers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Subscriber.Transport transport = Subscriber.Transport.values()[i % 2];
            Subscriber subscriber = new Subscriber("stays" + i, transport, CHANNELS, "");
            subscriber.connect(left.get(i % 2));
            while (!subscriber.hasBegun()) {
                assertThat(subscriber.read(65_536, in(20))).isTrue();
            }
            subscribers.add(subscriber);
        }
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Publisher> publishers = CHANNELS.stream()
                .map(channel -> new Publisher("by-" + channel, "", () -> left.get(channel.hashCode() & 1)))
                .toList();
        List<Future<Long>> worst = IntStream.range(0, CHANNELS.size())
                .mapToObj(i -> threads.submit(() -> publishAndKill(publishers.get(i), CHANNELS.get(i), i == 0)))
                .toList();
        long slowest = 0;
        for (Future<Long> publisher : worst) {
            slowest = Math.max(slowest, publisher.get(90, TimeUnit.SECONDS));
        }
        threads.shutdown();
        System.out.printf("ThreeNodesTest: after kill -9 every channel took events again within %d ms%n", slowest);
        assertThat(slowest).as("milliseconds without an acknowledged publish").isLessThan(25_000);
        check(publishers, subscribers, left.get(0));
    }

    /** Publishes by key until well after the kill; the longest time an event took to be acknowledged, in milliseconds. */
    private long publishAndKill(Publisher publisher, String channel, boolean kills) throws InterruptedException {
        long worst = 0;
        int afterwards = 0;
        for (int i = 0; afterwards < 20; i++) {
            if (kills && i == 20) {
                cluster.node(0).kill9();
                publishing = false;
            }
            long begin = System.nanoTime();
            Attempt attempt = publisher.insist(channel, in(60));
            assertThat(attempt.outcome()).isEqualTo(Outcome.OK);
            worst = Math.max(worst, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
            afterwards += publishing ? 0 : 1;
            Thread.sleep(20); // the load's rhythm
        }
        return worst;
    }

    private static void check(List<Publisher> publishers, List<Subscriber> subscribers, Door door) throws IOException {
        Map<String, List<Entry>> log = new HashMap<>();
        Map<String, Long> heads = new HashMap<>();
        for (String channel : CHANNELS) {
            List<Entry> entries = Calls.log(door, channel);
            log.put(channel, entries);
            heads.put(channel, (long) entries.size());
        }
        List<View> views = new ArrayList<>();
        for (Subscriber subscriber : subscribers) {
            subscriber.follow(heads, in(20)); // on the connection it has had all along
            views.addAll(subscriber.views(heads));
            subscriber.cut(false);
        }
        List<Attempt> attempts = publishers.stream()
                .flatMap(publisher -> publisher.attempts().stream())
                .toList();
        List<Fault> faults = Checker.check(new History(attempts, log, views));
        System.out.printf(
                "ThreeNodesTest: %d attempts, %d events, %d received, %d faults%n",
                attempts.size(),
                log.values().stream().mapToInt(List::size).sum(),
                views.stream().mapToInt(view -> view.seen().size()).sum(),
                faults.size());
        assertThat(Checker.report(faults)).isEmpty();
    }

    private static List<Long> upTo(long last) {
        return IntStream.rangeClosed(1, (int) last).mapToObj(i -> (long) i).toList();
    }

    private static long in(int seconds) {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }
}
