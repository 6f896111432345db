package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code deploy/monitoring} looks at is there: a dashboard of metrics that nobody keeps stays empty for ever. */
@ExtendWith(RunningNode.Extension.class)
class MonitoringTest {
    private static final Path FOLDER = Path.of("..", "deploy", "monitoring");
    private static final Pattern METRIC = Pattern.compile("\\b(?:millrace|jvm|process|realtime_streaming)_[a-z0-9_]+");
    private static String metrics = "";

    @BeforeAll
    static void somethingHasHappened(RunningNode node) {
        String token = token("ann", "monitoring:*:subscribe,publish");
        try (Wire leaves = Wire.stream(node.port(), "/v1/channels/monitoring:1/events", token)) {
            assertThat(leaves.event().type()).isEqualTo("connected");
            assertThat(Wire.post(node.port(), "/v1/channels/monitoring:1/events", token, "{\"type\":\"t\",\"data\":1}")
                            .status())
                    .isEqualTo(201);
            assertThat(leaves.event().type()).isEqualTo("t");
        }
        do {
            metrics = new String(Wire.get(node.adminPort(), "/metrics", null).body(), StandardCharsets.UTF_8);
        } while (!metrics.contains("millrace_connections_ended_total{"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"realtime_streaming_health", "realtime_streaming_performance"})
    void everyMetricOfADashboardIsThere(String dashboard) throws IOException {
        JsonNode page = Wire.JSON.readTree(Files.readString(FOLDER.resolve(dashboard + ".json")));
        assertThat(page.path("title").asText()).isEqualTo(dashboard);
        assertThat(page.path("panels")).isNotEmpty();
        for (JsonNode panel : page.path("panels")) {
            List<String> expressions = panel.findValuesAsText("expr");
            assertThat(expressions).as(panel.path("title").asText()).isNotEmpty();
            expressions.forEach(expression -> assertIsThere(named(expression)));
        }
    }

    @Test
    void everyMetricOfTheRulesIsThere() throws IOException {
        String rules = Files.readString(FOLDER.resolve("alerts.yml"));
        assertThat(rules)
                .contains(
                        "alert: realtime_streaming.connection_drop_high",
                        "alert: realtime_streaming.latency_degraded",
                        "alert: realtime_streaming.excessive_subscriptions",
                        "record: realtime_streaming_active_connections",
                        "record: realtime_streaming_message_latency_ms",
                        "record: realtime_streaming_reconnection_rate");
        Set<String> named = named(rules);
        named.removeIf(name -> rules.contains("record: " + name + "\n") || rules.contains("dashboard " + name));
        assertThat(named).hasSizeGreaterThan(3);
        assertIsThere(named);
    }

    private static Set<String> named(String text) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = METRIC.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group());
        }
        return names;
    }

    private static void assertIsThere(Set<String> named) {
        assertThat(named)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(metrics).as("/metrics").containsPattern("(?m)^" + name + "[{ ]"));
    }
}
