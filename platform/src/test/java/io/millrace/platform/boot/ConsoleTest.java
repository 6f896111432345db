package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.protocol.SseParser;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the console's page is given and what it can ask, at the real admin port. */
@ExtendWith(RunningNode.Extension.class)
class ConsoleTest {
    private static RunningNode node;

    @BeforeAll
    static void start(RunningNode running) {
        node = running;
    }

    @Test
    void thePageMayRunNothingButItsOwnFilesAndIsAskedForOnce() {
        Wire.Reply page = Wire.get(node.adminPort(), "/console/", null);
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).isEqualToIgnoringCase("text/html; charset=utf-8");
        assertThat(page.header("Content-Security-Policy"))
                .isEqualTo("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                        + " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(new String(page.body(), StandardCharsets.UTF_8))
                .doesNotContain("style=", "onclick", "http://", "https://", "<script>", "<style");
        Wire.Reply again = Wire.call(
                node.adminPort(),
                "GET",
                "/console/",
                null,
                null,
                "Connection: close",
                "If-None-Match: " + page.header("ETag"));
        assertThat(again.status()).isEqualTo(304);
        assertThat(Wire.get(node.adminPort(), "/console/main.js", null).header("Content-Type"))
                .startsWith("text/javascript");
        assertThat(Wire.get(node.adminPort(), "/console", null).header("Location"))
                .isEqualTo("/console/");
    }

    @Test
    void nothingElseOfTheJarCanBeNamed() {
        for (String name :
                new String[] {"../reference.conf", "%2e%2e/reference.conf", "x/main.js", "main.js.map", "MAIN.JS"}) {
            assertThat(Wire.get(node.adminPort(), "/console/" + name, null).status())
                    .as(name)
                    .isEqualTo(404);
        }
        assertThat(Wire.post(node.adminPort(), "/console/", null, "{}").status())
                .isEqualTo(405);
    }

    @Test
    void aTailIsAStreamLikeEverybodysAndResumesByItsLastEventId() throws Exception {
        publish("console:tail", "{\"type\":\"a\",\"data\":1}");
        String last;
        try (Wire tail = stream("/console/api/v1/events?channel=console:tail&from=earliest&envelope=full")) {
            assertThat(tail.event().type()).isEqualTo("connected");
            SseParser.Message first = tail.event();
            last = first.lastEventId();
            assertThat(first.data()).contains("\"channel\":\"console:tail\"", "\"offset\":1");
        }
        publish("console:tail", "{\"type\":\"a\",\"data\":2}");
        double before = resumed();
        try (Wire tail =
                stream("/console/api/v1/events?channel=console:tail&envelope=full", "Last-Event-ID: " + last)) {
            assertThat(Wire.JSON
                            .readTree(tail.event().data())
                            .at("/channels/0/from")
                            .asInt())
                    .isEqualTo(1);
            assertThat(tail.event().data()).contains("\"offset\":2");
            await().atMost(Duration.ofSeconds(5)).until(() -> resumed() > before);
        }
    }

    @Test
    void whoSendsATokenActsWithItsGrantsAndNeedsAnAdmins() {
        String admin = token("root", "*:admin", "!console:secret:admin");
        String user = token("somebody", "*:subscribe,publish");
        assertThat(Wire.get(node.adminPort(), "/console/api/cluster", user).status())
                .isEqualTo(401);
        assertThat(Wire.get(node.adminPort(), "/console/api/cluster", admin).status())
                .as("a deny of admin anywhere takes the console away")
                .isEqualTo(401);
        String allowed = token("root", "*:admin", "!console:secret:publish");
        assertThat(get("me", allowed).path("subject").asText()).isEqualTo("root");
        assertThat(Wire.post(
                                node.adminPort(),
                                "/console/api/v1/channels/console:secret/events",
                                allowed,
                                "{\"type\":\"a\",\"data\":1}")
                        .code())
                .isEqualTo("forbidden");
    }

    @Test
    void anotherPageOfTheBrowserIsRefused() {
        String path = "/console/api/v1/channels/console:other/events";
        String body = "{\"type\":\"a\",\"data\":1}";
        assertThat(Wire.post(node.adminPort(), path, null, body, "Origin: http://evil.example")
                        .code())
                .isEqualTo("origin-refused");
        assertThat(Wire.post(node.adminPort(), path, null, body, "Sec-Fetch-Site: cross-site")
                        .code())
                .isEqualTo("origin-refused");
        assertThat(Wire.post(node.adminPort(), path, null, body, "Origin: http://localhost")
                        .status())
                .isEqualTo(201);
        try (Wire rebound = new Wire(node.adminPort())) {
            rebound.send(
                    "GET /console/api/me HTTP/1.1\r\nHost: evil.example\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(rebound.reply(false).code())
                    .as("a name that was made to point here")
                    .isEqualTo("origin-refused");
        }
    }

    @Test
    void theClusterAndItsShardsAreShown() {
        publish("console:shard", "{\"type\":\"a\",\"data\":1}");
        JsonNode member = get("cluster", null).path("members").get(0);
        assertThat(member.path("status").asText()).isEqualTo("Up");
        assertThat(member.path("reachable").asBoolean()).isTrue();
        assertThat(member.path("shards").size()).isPositive();
    }

    @Test
    void theFiguresAreSumsAndACanarysTime() {
        JsonNode figures = get("figures", null);
        assertThat(figures.path("canaryMillis").asDouble()).isPositive();
        assertThat(figures.path("published").asDouble()).isPositive();
        assertThat(figures.path("commit").path("p99").asDouble()).isPositive();
        assertThat(figures.path("open").has("sse")).isTrue();
    }

    @Test
    void aChannelIsReported() {
        publish("console:report", "[{\"type\":\"a\",\"data\":1,\"source\":\"s\"},{\"type\":\"b\",\"data\":22}]");
        JsonNode report = get("channel?channel=console:report", null);
        assertThat(report.path("head").asInt()).isEqualTo(2);
        assertThat(report.path("publishers").path("console").asInt()).isEqualTo(2);
        assertThat(report.path("newest").get(1).path("bytes").asInt()).isEqualTo(2);
        assertThat(report.path("family").path("class").asText()).isEqualTo("durable");
        assertThat(report.path("newest").get(0).has("data")).isFalse();
        assertThat(Wire.get(node.adminPort(), "/console/api/channel", null).code())
                .isEqualTo("invalid-parameter");
    }

    @Test
    void aTokenIsToldWhatItMayAndWhy() {
        String asked = token("eve", "console:*:subscribe", "!console:secret:subscribe");
        JsonNode report = ask("token", "{\"token\":\"" + asked + "\",\"channel\":\"console:secret\"}");
        assertThat(report.path("holds").asBoolean()).isTrue();
        assertThat(report.path("ownChannels").toString()).contains("user:eve");
        JsonNode subscribe = report.path("acts").get(0);
        assertThat(subscribe.path("act").asText()).isEqualTo("subscribe");
        assertThat(subscribe.path("allowed").asBoolean()).isFalse();
        assertThat(subscribe.path("reason").asText()).isEqualTo("denied-by-rule");
        assertThat(subscribe.path("rules")).hasSize(2);
        JsonNode old = ask("token", "{\"token\":\"" + token("eve", Instant.now().minusSeconds(60)) + "\"}");
        assertThat(old.path("holds").asBoolean()).isFalse();
        assertThat(old.path("reason").asText()).isEqualTo("expired");
    }

    @Test
    void whyAnEventDidOrDidNotReachSomebodyIsAnswered() throws Exception {
        String listener = token("reached", "console:*:subscribe,publish");
        try (Wire stream = Wire.stream(node.port(), "/v1/channels/console:reach/events", listener)) {
            stream.event();
            publish("console:reach", "{\"type\":\"a\",\"data\":1}");
            stream.event();
            assertThat(steps("console:reach", "1", "reached")).contains("It was published", "has passed it, at 1");
            assertThat(steps("console:reach", "7", "reached")).contains("never published", "is behind it");
            assertThat(steps("console:reach", "1", "nobody")).contains("nobody is not connected now");
            assertThat(steps("console:elsewhere", "1", "reached")).contains("does not follow this channel");
        }
        try (Wire stream = Wire.stream(node.port(), "/v1/channels/console:reach/events?types=b", listener)) {
            stream.event();
            publish("console:reach", "{\"type\":\"a\",\"data\":2}");
            await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(steps("console:reach", "2", "reached"))
                    .contains("its filter leaves this event out: types b")
                    .doesNotContain("it was sent"));
            publish("console:reach", "{\"type\":\"b\",\"data\":3}");
            stream.event();
            assertThat(steps("console:reach", "3", "reached")).contains("it was sent, its filter lets it through");
        }
        String denied = token("reached", "elsewhere:*:subscribe");
        assertThat(ask(
                                "reach",
                                "{\"channel\":\"console:reach\",\"offset\":\"1\",\"user\":\"reached\",\"token\":\""
                                        + denied + "\"}")
                        .toString())
                .contains("may not subscribe here");
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(steps("console:reach", "1", "reached"))
                .contains("was open when it was published and ended with client-left"));
    }

    private static String steps(String channel, String offset, String user) {
        return ask("reach", "{\"channel\":\"" + channel + "\",\"offset\":\"" + offset + "\",\"user\":\"" + user + "\"}")
                .path("steps")
                .toString();
    }

    private static double resumed() {
        return get("figures", null).path("resumed").asDouble();
    }

    private static void publish(String channel, String body) {
        Wire.Reply reply = Wire.post(node.adminPort(), "/console/api/v1/channels/" + channel + "/events", null, body);
        assertThat(reply.status()).as("%s", reply).isEqualTo(201);
    }

    private static JsonNode get(String question, String token) {
        Wire.Reply reply = Wire.get(node.adminPort(), "/console/api/" + question, token);
        assertThat(reply.status()).as("%s", reply).isEqualTo(200);
        return reply.json();
    }

    private static JsonNode ask(String question, String body) {
        Wire.Reply reply = Wire.post(node.adminPort(), "/console/api/" + question, null, body);
        assertThat(reply.status()).as("%s", reply).isEqualTo(200);
        return reply.json();
    }

    private static Wire stream(String path, String... headers) {
        return Wire.stream(node.adminPort(), path, null, headers);
    }
}
