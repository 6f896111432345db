package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.Checker.Fault;
import io.millrace.it.History.Entry;
import io.millrace.it.History.Outcome;
import io.millrace.it.History.View;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I12: a reader that stops reading costs bounded memory, harms nobody, and misses nothing when it reads again. */
class SlowReaderTest {
    private static final String CHANNEL = "slow:1";
    private static final int EVENTS = 500;
    private static final int EVENT_BYTES = 64 * 1024;
    private static final int STALLED = 10;
    private static final long MIB = 1 << 20;

    @TempDir
    Path folder;

    @Test
    void aReaderThatStopsReadingHarmsNobodyAndMissesNothing() throws Exception {
        try (Product product = Product.small("slow", folder, "-Xmx256m")) {
            Publisher publisher = new Publisher("p", "x".repeat(EVENT_BYTES), product::door);
            List<SseClient> stalled = new ArrayList<>();
            for (int i = 0; i < STALLED; i++) {
                stalled.add(SseClient.open(product.door(), List.of(CHANNEL), "", "earliest", 4_096));
            }
            Subscriber quick = new Subscriber("quick", Subscriber.Transport.SSE, List.of(CHANNEL), "earliest");
            quick.connect(product.door());
            long heapBefore = liveHeap(product);
            long[] latencies = new long[EVENTS];
            for (int i = 1; i <= EVENTS; i++) {
                long begin = System.nanoTime();
                assertThat(publisher.publish(CHANNEL, false).outcome()).isEqualTo(Outcome.OK);
                quick.follow(Map.of(CHANNEL, (long) i), in(10));
                latencies[i - 1] = System.nanoTime() - begin;
            }
            long heapAfter = liveHeap(product);
            Arrays.sort(latencies);
            System.out.printf(
                    "SlowReaderTest: %d MiB past %d stalled readers; publish to received p50 %d ms, p99 %d ms;"
                            + " live heap %d -> %d MiB%n",
                    (long) EVENTS * EVENT_BYTES / MIB,
                    STALLED,
                    TimeUnit.NANOSECONDS.toMillis(latencies[EVENTS / 2]),
                    TimeUnit.NANOSECONDS.toMillis(latencies[EVENTS * 99 / 100]),
                    heapBefore / MIB,
                    heapAfter / MIB);
            assertThat(TimeUnit.NANOSECONDS.toMillis(latencies[EVENTS * 99 / 100]))
                    .as("p99 of a quick reader, in ms")
                    .isLessThan(1_000);
            // relay.live-bytes (16 MiB), and for each stalled reader a page and a write, but not what it has missed
            assertThat(heapAfter - heapBefore).as("growth of the live heap").isLessThan((16 + STALLED * 3 + 10) * MIB);
            List<Entry> log = Calls.log(product.door(), CHANNEL);
            List<View> views = new ArrayList<>(quick.views(Map.of(CHANNEL, (long) EVENTS)));
            for (SseClient client : stalled) {
                views.add(new View("stalled", CHANNEL, 0, EVENTS, readAll(client), List.of()));
            }
            quick.cut(false);
            List<Fault> faults = Checker.check(new History(publisher.attempts(), Map.of(CHANNEL, log), views));
            assertThat(faults)
                    .as("%s faults", faults.size())
                    .extracting(Fault::kind)
                    .isEmpty();
        }
    }

    /** On the connection it has stalled on. */
    private static List<Entry> readAll(SseClient client) throws IOException {
        List<Entry> seen = new ArrayList<>();
        long deadline = in(30);
        while (seen.size() < EVENTS && System.nanoTime() < deadline && !client.ended()) {
            for (Frame frame : client.read(65_536, deadline)) {
                if (frame.kind().equals("event")) {
                    seen.add(Load.entry(offset(frame.id()), frame.type(), frame.data()));
                }
            }
        }
        client.close();
        return seen;
    }

    private static long offset(String id) {
        Cursor cursor = ((Cursor.Valid) Cursor.parse(id)).cursor();
        return ((Cursor.At) cursor.find(ChannelName.of(CHANNEL))).position().offset();
    }

    /** What is left of the heap after a collection. */
    private static long liveHeap(Product product) throws Exception {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process collection = new ProcessBuilder(jcmd, Long.toString(product.pid()), "GC.run")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(collection.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return (long) Calls.admin(product, "/metrics")
                .lines()
                .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static long in(int seconds) {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }
}
