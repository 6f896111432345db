package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.platform.boot.Wire.Reply;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What families promise, at real sockets: the settings of {@link RunningNode} say what each family is. */
@ExtendWith(RunningNode.Extension.class)
class FamilyDoorsTest {
    private static final String[] ALL = {"*:subscribe,publish,history"};
    private static RunningNode node;

    @BeforeAll
    static void start(RunningNode running) {
        node = running;
    }

    @Test
    void anEventThatIsTooLargeForItsFamilyIsRefusedOnEveryWayIn() {
        String fits = "{\"type\":\"t.x\",\"data\":\"" + "x".repeat(1022) + "\"}";
        String large = "{\"type\":\"t.x\",\"data\":\"" + "x".repeat(1023) + "\"}";
        assertThat(post("tiny:1", fits, "ann").status()).isEqualTo(201);
        Reply refused = post("tiny:1", large, "ann");
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.code()).isEqualTo("event-too-large");
        assertThat(refused.json().path("detail").asText()).contains("1024");
        Reply batch = post("tiny:1", "[" + fits + "," + large + "]", "ann");
        assertThat(batch.json().path("detail").asText()).contains("event number 1");
        assertThat(post("doors:large", large, "ann").status()).isEqualTo(201);
        try (Wire socket = Wire.socket(node.port(), token("ann", ALL))) {
            socket.say("{\"type\":\"publish\",\"ref\":1,\"channel\":\"tiny:1\",\"event\":" + large + "}");
            JsonNode problem = socket.hear("problem");
            assertThat(problem.path("code").asText()).isEqualTo("event-too-large");
            assertThat(problem.path("ref").asInt()).isEqualTo(1);
        }
        assertThat(head("tiny:1")).isEqualTo(1);
    }

    @Test
    void overTheChannelsRateAPublisherIsToldWhenToComeBack() {
        String event = "{\"type\":\"t.x\",\"data\":1}";
        assertThat(post("slow:1", event, "ann").status()).isEqualTo(201);
        assertThat(post("slow:1", event, "bob").status()).isEqualTo(201);
        Reply refused = post("slow:1", event, "cid");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("rate-limited");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(5, 11);
        assertThat(refused.json().path("retryAfter").asInt()).isBetween(5, 11);
        assertThat(post("slow:2", event, "cid").status()).as("another channel").isEqualTo(201);
        try (Wire socket = Wire.socket(node.port(), token("ann", ALL))) {
            socket.say("{\"type\":\"publish\",\"ref\":1,\"channel\":\"slow:1\",\"event\":" + event + "}");
            JsonNode problem = socket.hear("problem");
            assertThat(problem.path("code").asText()).isEqualTo("rate-limited");
            assertThat(problem.path("retryAfter").asInt()).isBetween(4, 11);
        }
        assertThat(metric("millrace_publish_refused_total{code=\"rate-limited\",limit=\"channel\"}"))
                .isGreaterThanOrEqualTo(2);
    }

    @Test
    void overItsRateOnePublisherWaitsAndAnotherDoesNot() {
        String event = "{\"type\":\"t.x\",\"data\":1}";
        assertThat(post("fair:1", "[" + event + "," + event + "]", "greedy").status())
                .isEqualTo(201);
        assertThat(post("fair:2", event, "greedy").status()).isEqualTo(201);
        Reply refused = post("fair:3", event, "greedy");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("rate-limited");
        assertThat(refused.header("Retry-After")).isNotNull();
        assertThat(post("fair:3", event, "modest").status()).isEqualTo(201);
        assertThat(metric("millrace_publish_refused_total{code=\"rate-limited\",limit=\"publisher\"}"))
                .isGreaterThanOrEqualTo(1);
    }

    private static Reply post(String channel, String body, String subject, String... headers) {
        return Wire.post(node.port(), "/v1/channels/" + channel + "/events", token(subject, ALL), body, headers);
    }

    private static long head(String channel) {
        return Wire.get(node.port(), "/v1/channels/" + channel + "/history", token("ann", ALL))
                .json()
                .path("head")
                .asLong();
    }

    private static double metric(String name) {
        String metrics = new String(
                Wire.get(node.adminPort(), "/metrics", null).body(), java.nio.charset.StandardCharsets.UTF_8);
        return metrics.lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }
}
