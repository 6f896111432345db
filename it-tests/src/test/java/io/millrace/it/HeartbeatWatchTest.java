package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a heartbeat may look like, and what not. */
class HeartbeatWatchTest {
    private static int withId(String... pieces) {
        HeartbeatWatch watch = new HeartbeatWatch();
        for (String piece : pieces) {
            watch.feed(piece.getBytes(StandardCharsets.UTF_8));
        }
        return watch.withId();
    }

    @Test
    void aHeartbeatWithoutAnIdIsSound() {
        assertThat(withId("retry: 1\n\nid: a\nevent: x\ndata: {}\n\n:\n\n", ":", "\n\n", "id: b\n\n"))
                .isZero();
    }

    @Test
    void aHeartbeatWithAnIdIsNot() {
        assertThat(withId("id: a\ndata: 1\n\n:\ni", "d: b\n\n:\n\n")).isEqualTo(1);
    }
}
