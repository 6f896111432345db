package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.it.History.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits of connections as an operator sets them: by the environment, on the shipped jar. */
class LimitsTest {
    private static final int MOST = 3;

    @TempDir
    static Path folder;

    @Test
    void aUserHasSoManyConnectionsAndIdleOnesAreEnded() throws IOException {
        Map<String, String> limits = Map.of("MILLRACE_LIMITS_PER_USER", "" + MOST, "MILLRACE_LIMITS_IDLE", "3s");
        try (Product node = Product.dev("limits", folder, limits)) {
            SseClient busy = open(node, "limits:busy");
            List<SseClient> idle = new ArrayList<>();
            for (int i = 1; i < MOST; i++) {
                idle.add(open(node, "limits:idle"));
            }

            assertThatThrownBy(() -> open(node, "limits:more"))
                    .as("the newcomer is refused, nobody is thrown out")
                    .hasMessageContaining("429")
                    .hasMessageContaining("Retry-After")
                    .hasMessageContaining("too-many-connections");

            Publisher publisher = new Publisher("limits", "", node::door);
            List<Frame> heard = new ArrayList<>();
            for (SseClient client : idle) {
                while (!client.ended()) {
                    assertThat(publisher.publish("limits:busy", false).outcome())
                            .isEqualTo(Outcome.OK);
                    heard.addAll(client.read(65_536, System.nanoTime() + 200_000_000L));
                }
            }
            assertThat(heard.stream().filter(frame -> frame.kind().equals("problem")))
                    .hasSize(MOST - 1)
                    .allSatisfy(frame -> assertThat(frame.data()).contains("\"code\":\"idle\""));

            busy.read(65_536, System.nanoTime() + 200_000_000L);
            assertThat(busy.ended()).as("what delivers isn't idle").isFalse();
            open(node, "limits:more").cut(false);
            busy.cut(false);
        }
    }

    private static SseClient open(Product node, String channel) throws IOException {
        return SseClient.open(node.door(), List.of(channel), "", "");
    }
}
