package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A deployment that does without live delivery. */
class RealtimeOffTest {

    @Test
    void streamsAndSocketsAreRefusedForGoodAndTheRestWorks() throws Exception {
        String token = token("ann", "doors:*:publish,subscribe,history", "*:admin");
        try (RunningNode node =
                RunningNode.start("millrace { edge.realtime = off, ingest { notify = [], outbox = [] } }")) {
            for (String path :
                    new String[] {"/v1/channels/doors:off/events", "/v1/events", "/v1/channels/doors:off/history?wait=5"
                    }) {
                Wire.Reply refused = Wire.get(node.port(), path, token);
                assertThat(refused.status()).as(path).isEqualTo(503);
                assertThat(refused.code()).isEqualTo("realtime-off");
                assertThat(refused.json().path("retry").asBoolean()).isFalse();
                assertThat(refused.headers()).doesNotContainKey("retry-after").doesNotContainKey("Retry-After");
            }
            try (Wire socket = new Wire(node.port())) {
                socket.send(Wire.upgrade("/v1/ws", token));
                assertThat(socket.head().status()).isEqualTo(503);
            }
            assertThat(Wire.post(node.port(), "/v1/channels/doors:off/events", token, "{\"type\":\"a\",\"data\":1}")
                            .status())
                    .isEqualTo(201);
            assertThat(Wire.get(node.port(), "/v1/channels/doors:off/history?after=0", token)
                            .json()
                            .path("events"))
                    .hasSize(1);
            try (Wire tap = Wire.stream(node.port(), "/v1/tap?channel=doors:off&from=earliest", token)) {
                assertThat(tap.event().type()).isEqualTo("connected");
            }
        }
    }
}
