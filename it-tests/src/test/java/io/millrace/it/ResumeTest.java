package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.Checker.Fault;
import io.millrace.it.Checker.Kind;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Position;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I6, with I1 to I3 and I9: whoever is cut off, anywhere and at any time, and comes back misses nothing, gets nothing twice. */
class ResumeTest {
    private static final long SEED = Long.getLong("millrace.seed", System.nanoTime());
    private static final int TRIALS = Integer.getInteger("millrace.trials", 10_000);

    @TempDir
    Path folder;

    @Test
    void everybodyResumesExactlyOnOneNode() throws Exception {
        try (Product product = Product.dev("resume", folder, Map.of())) {
            assertExact("one node", List.of(product.door()));
        }
    }

    @Test
    void everybodyResumesExactlyOnAnyOfThreeNodes() throws Exception {
        try (Cluster cluster = Cluster.start("resume", folder)) {
            assertExact("three nodes", cluster.doors());
        }
    }

    private static void assertExact(String where, List<Door> doors) throws Exception {
        System.out.println("ResumeTest on " + where + ": -Dmillrace.seed=" + SEED);
        long begin = System.nanoTime();
        Trials trials = new Trials(doors, SEED, TRIALS / 2);
        History history = trials.run();
        List<Fault> faults = Checker.check(history);
        System.out.printf(
                "ResumeTest on %s: %d trials in %d s, %d events published, %d received, %d faults; %s%n",
                where,
                trials.count(),
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
                history.log().values().stream().mapToInt(List::size).sum(),
                history.views().stream().mapToInt(view -> view.seen().size()).sum(),
                faults.size(),
                trials.counts());
        assertThat(faults)
                .as(() -> "seed " + SEED + ": " + Checker.report(faults))
                .isEmpty();
        assertThat(trials.count()).isEqualTo(TRIALS / 2);
        assertThat(history.views().stream().mapToInt(view -> view.seen().size()).sum())
                .as("events received")
                .isGreaterThan(trials.count());
    }

    /** The test of the test: a resume that is wrong by a single event is found, whichever way it is wrong. */
    @Test
    void deliberateBreak() throws Exception {
        try (Product product = Product.dev("break", folder, Map.of())) {
            for (Subscriber.Transport transport : Subscriber.Transport.values()) {
                for (boolean session : List.of(false, true)) {
                    assertThat(faultsOfResumeWrongBy(0, transport, session, product.door()))
                            .isEmpty();
                    assertThat(faultsOfResumeWrongBy(1, transport, session, product.door()))
                            .contains(Kind.LOST, Kind.CURSOR);
                    assertThat(faultsOfResumeWrongBy(-1, transport, session, product.door()))
                            .contains(Kind.DUPLICATED, Kind.CURSOR);
                    assertThat(faultsOfResumeWrongBy(-5, transport, session, product.door()))
                            .contains(Kind.DUPLICATED, Kind.CURSOR);
                }
            }
        }
    }

    private static List<Kind> faultsOfResumeWrongBy(
            long wrongBy, Subscriber.Transport transport, boolean session, Door door) throws Exception {
        String name = "broken:" + transport + wrongBy + session;
        Publisher publisher = new Publisher("p", "", () -> door);
        long soon = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        Subscriber subscriber = new Subscriber("s", transport, List.of(name), "earliest");
        if (session) {
            subscriber.keepingSession();
        }
        publish(publisher, name, 20);
        subscriber.catchUp(door, Map.of(name, 20L), soon);
        publish(publisher, name, 10);
        subscriber.tamper(id -> moved(id, name, wrongBy));
        Map<String, Long> heads = Map.of(name, 30L);
        subscriber.catchUp(door, heads, soon);
        assertThat(subscriber.resumes()).isEqualTo(session ? 1 : 0);
        History history =
                new History(publisher.attempts(), Map.of(name, Calls.log(door, name)), subscriber.views(heads));
        return Checker.check(history).stream().map(Fault::kind).distinct().toList();
    }

    private static void publish(Publisher publisher, String channel, int count) {
        for (int i = 0; i < count; i++) {
            publisher.publish(channel, false);
        }
    }

    private static String moved(String id, String name, long by) {
        Cursor cursor = ((Cursor.Valid) Cursor.parse(id)).cursor();
        ChannelName channel = ChannelName.of(name);
        Position position = ((Cursor.At) cursor.find(channel)).position();
        return Cursor.of(channel, new Position(position.epoch(), position.offset() + by));
    }
}
