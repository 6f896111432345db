package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.History.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that begins another life under a running node. */
class EpochRaisedTest {
    /** What whoever watches the process reads as: start it again. */
    private static final int START_AGAIN = 3;

    @TempDir
    static Path folder;

    @Test
    void theNodeStopsByItselfAndTheNextOneTellsItsClients() throws Exception {
        try (Product node = Product.dev("epoch", folder, Map.of())) {
            Publisher publisher = new Publisher("epoch", "", node::door);
            assertThat(publisher.publish("epoch:1", false).outcome()).isEqualTo(Outcome.OK);
            SseClient before = SseClient.open(node.door(), List.of("epoch:1"), "", "earliest");
            while (before.lastEventId().isEmpty()) {
                before.read(4_096, System.nanoTime() + 1_000_000_000L);
            }

            Process raise = Product.command(
                    "raise-epoch", "--config", folder.resolve("running.conf").toString());
            assertThat(raise.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(raise.exitValue()).isZero();

            assertThat(node.endedByItself(30)).isTrue();
            assertThat(node.exitCode()).isEqualTo(START_AGAIN);

            node.restart();
            SseClient after = SseClient.open(node.door(), List.of("epoch:1"), before.lastEventId(), "");
            List<Frame> frames = new ArrayList<>();
            while (frames.isEmpty()) {
                frames.addAll(after.read(65_536, System.nanoTime() + 5_000_000_000L));
            }
            assertThat(frames.get(0).kind()).isEqualTo("reset");
            assertThat(frames.get(0).data()).contains("\"reason\":\"epoch\"");
            after.cut(false);
        }
    }
}
