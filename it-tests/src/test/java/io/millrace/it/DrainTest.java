package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.History.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I17: a node that is told to leave does so in order, and nobody loses anything. */
class DrainTest {
    private static final int CLIENTS = 60;
    private static final int TERMINATED = 128 + 15;
    private static final long SPREAD_MILLIS = 3_000;
    private static final Map<String, String> SLOWLY =
            Map.of("MILLRACE_DRAIN_RATE", "30", "MILLRACE_DRAIN_SPREAD", SPREAD_MILLIS + "ms");

    @TempDir
    static Path folder;

    @Test
    void aLeavingNodeSendsItsClientsAwayBitByBitAndLosesNothing() throws Exception {
        try (Product stays = Product.dev("drain-stays", folder, Map.of());
                Product leaves = Product.dev("drain-leaves", folder, SLOWLY, "--join")) {
            Publisher publisher = new Publisher("drain", "", leaves::door);
            assertThat(publisher.publish("drain:1", true).outcome()).isEqualTo(Outcome.OK);
            List<SseClient> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(SseClient.open(leaves.door(), List.of("drain:1"), "", "earliest"));
            }

            CompletableFuture<Void> stopping = CompletableFuture.runAsync(leaves::stop);
            int readiness = 200;
            while (readiness == 200) {
                readiness = Calls.get(new Door(leaves.adminPort(), leaves.door().token()), "/readyz")
                        .status();
            }
            assertThat(readiness).isEqualTo(503);
            assertThat(leaves.isUp()).as("not ready comes before the end").isTrue();

            TreeSet<Long> comeBack = new TreeSet<>();
            for (SseClient client : clients) {
                comeBack.add(millisToComeBackAfter(client));
            }
            assertThat(comeBack).hasSizeGreaterThan(CLIENTS / 2);
            assertThat(comeBack.last()).isLessThanOrEqualTo(SPREAD_MILLIS);
            assertThat(comeBack.last() - comeBack.first()).isGreaterThan(SPREAD_MILLIS / 3);

            stopping.get(40, TimeUnit.SECONDS);
            assertThat(leaves.exitCode()).as("ended by itself after SIGTERM").isEqualTo(TERMINATED);

            Publisher goesOn = new Publisher("after", "", stays::door);
            assertThat(goesOn.publish("drain:1", true).outcome()).isEqualTo(Outcome.OK);
            Subscriber resumed = new Subscriber("resumed", Subscriber.Transport.SSE, List.of("drain:1"), "earliest");
            resumed.catchUp(stays.door(), Map.of("drain:1", 2L), System.nanoTime() + 10_000_000_000L);
            assertThat(Calls.log(stays.door(), "drain:1")).hasSize(2);
        }
    }

    private static long millisToComeBackAfter(SseClient client) throws IOException {
        long deadline = System.nanoTime() + 20_000_000_000L;
        long after = -1;
        while (!client.ended() && System.nanoTime() < deadline) {
            for (Frame frame : client.read(65_536, deadline)) {
                if (frame.kind().equals("reconnect")) {
                    Members said = Members.of(frame.data());
                    assertThat(said.text("reason")).isEqualTo("going-away");
                    after = said.number("afterMillis");
                }
            }
        }
        assertThat(after).as("told before the end").isNotNegative();
        return after;
    }
}
