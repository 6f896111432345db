package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** System B, {@code deploy/examples/finance}: topics of the own company, by WebSocket first, else by events or long-poll. */
class FinanceScenarioTest {
    private static final String PAGE = "https://books.example.com";
    private static final List<String> TOPICS =
            List.of("transactions.new", "agent.action.completed", "balance.updated", "sync.completed");

    @TempDir
    static Path folder;

    private static Site site;

    @BeforeAll
    static void start() {
        site = Site.of("finance", folder, Map.of("ALLOWED_ORIGINS", PAGE));
    }

    @AfterAll
    static void stop() {
        site.close();
    }

    /** What the identity service says of a user: the company, and nothing of channels. */
    private static String token(String user, String company) {
        return site.token(user, company, Map.of());
    }

    private static Socket connected(String user, String company) throws IOException {
        Socket socket = site.socket("/ws", "Origin: " + PAGE);
        socket.say("{\"auth\":{\"token\":\"" + token(user, company) + "\"}}");
        return socket;
    }

    private static void publish(String topic, String company, String data) throws IOException {
        site.publish(
                "/v1/channels/" + topic + ":entity:" + company + "/events",
                "{\"type\":\"" + topic + "\",\"data\":" + data + "}");
    }

    /** Subscribing has no answer here. */
    private static void subscribe(Socket socket, String user, String rest) throws IOException {
        socket.say("{\"type\":\"subscribe\"," + rest + "}");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> subscriptions(user).path("subscriptions").size() > 0);
    }

    private static JsonNode subscriptions(String user) throws IOException {
        return site.get("/v1/connections?user=" + user, Site.bearer(site.service()))
                .json()
                .path("connections")
                .path(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "transactions.new|{\"transactionId\":\"t1\",\"amount\":250.5,\"merchant\":\"Shell\",\"category\":\"fuel\"}",
                "agent.action.completed|{\"agentId\":\"a1\",\"action\":\"reconcile\",\"result\":{\"ok\":true}}",
                "balance.updated|{\"accountId\":\"acc1\",\"newBalance\":1200.25,\"change\":-49.75}",
                "sync.completed|{\"source\":\"bank\",\"recordsUpdated\":42}"
            })
    void aTopicIsHeardWithoutItsScopeAndOnlyOfTheOwnCompany(String topic, String data) throws IOException {
        String user = "ann" + topic.length();
        try (Socket page = connected(user, "e7")) {
            subscribe(page, user, "\"topic\":\"" + topic + "\"");
            publish(topic, "e8", "{\"whose\":\"not ours\"}");
            publish(topic, "e7", data);
            JsonNode heard = page.hear();
            assertThat(heard.path("type").asText()).isEqualTo("event");
            assertThat(heard.path("topic").asText()).isEqualTo(topic);
            assertThat(heard.path("data")).isEqualTo(Site.json(data));
            assertThat(heard.path("timestamp").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");

            page.say("{\"type\":\"unsubscribe\",\"topic\":\"" + topic + "\"}");
            page.say("{\"type\":\"ping\"}");
            page.hear("pong");
            publish(topic, "e7", data);
            page.say("{\"type\":\"ping\"}");
            assertThat(page.hear().path("type").asText())
                    .as("no event after it")
                    .isEqualTo("pong");
        }
    }

    @Test
    void filtersGoWithTheSubscription() throws IOException {
        try (Socket page = connected("ben", "e1")) {
            subscribe(
                    page,
                    "ben",
                    "\"topic\":\"transactions.new\",\"filters\":"
                            + "{\"types\":[\"transactions.new\"],\"sources\":[\"bank\"],\"minAmount\":100}");
            for (String event : List.of(
                    "{\"type\":\"transactions.new\",\"source\":\"bank\",\"data\":{\"amount\":99.99}}",
                    "{\"type\":\"transactions.new\",\"source\":\"cash\",\"data\":{\"amount\":500}}",
                    "{\"type\":\"transactions.changed\",\"source\":\"bank\",\"data\":{\"amount\":500}}",
                    "{\"type\":\"transactions.new\",\"source\":\"bank\",\"data\":{\"amount\":100}}")) {
                site.publish("/v1/channels/transactions.new:entity:e1/events", event);
            }
            assertThat(page.hear("event").path("data").path("amount").asInt()).isEqualTo(100);
        }
    }

    @Test
    void aPongTellsTheTimeInMillisecondsAndAFaultIsAnError() throws IOException {
        try (Socket page = connected("cid", "e1")) {
            page.say("{\"type\":\"ping\"}");
            assertThat(page.hear("pong").path("timestamp").asLong()).isGreaterThan(1_700_000_000_000L);
            page.say("{\"type\":\"subscribe\",\"topic\":\"payroll\"}");
            JsonNode error = page.hear("error");
            assertThat(error.path("data").path("code").asText()).isEqualTo("forbidden");
            assertThat(error.has("timestamp")).isTrue();
        }
    }

    @Test
    void aLoginThatDoesNotHoldIsToldSo() throws IOException {
        try (Socket stranger = site.socket("/ws", "Origin: " + PAGE)) {
            stranger.say("{\"auth\":{\"token\":\"no.such.token\"}}");
            assertThat(stranger.hear("error").path("data").path("code").asText())
                    .isEqualTo("token-invalid");
            assertThat(stranger.closed()).isEqualTo("4501 Authentication failed");
        }
    }

    @Test
    void theFallbackHasAllTopicsOfTheCompanyOnOneStream() throws IOException {
        String id;
        try (EventSource page = site.events("/events", Site.bearer(token("dan", "e2")), "Origin: " + PAGE)) {
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.header("Content-Type")).startsWith("text/event-stream");
            assertThat(page.header("Cache-Control")).contains("no-cache");
            assertThat(page.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
            assertThat(page.next(block -> !block.retry().isEmpty(), 5).retry()).matches("\\d+");
            page.next("connected");
            for (String topic : TOPICS) {
                publish(topic, "e3", "{\"n\":0}");
                publish(topic, "e2", "{\"n\":1}");
                EventSource.Block heard = page.next(topic);
                assertThat(heard.data()).isEqualTo("{\"n\":1}");
                assertThat(heard.id()).isNotEmpty();
            }
            site.publish("/v1/entities/e2/events", "{\"type\":\"entity.renamed\",\"data\":{\"name\":\"Acme\"}}");
            id = page.next("entity.renamed").id();
        }
        TOPICS.forEach(topic -> publishes(topic, "e2", "{\"n\":2}"));
        try (EventSource back = site.events("/events", Site.bearer(token("dan", "e2")), "Last-Event-ID: " + id)) {
            back.next("connected");
            for (int i = 0; i < TOPICS.size(); i++) {
                assertThat(back.next().data()).as("what was said meanwhile").isEqualTo("{\"n\":2}");
            }
        }
    }

    private static void publishes(String topic, String company, String data) {
        try {
            publish(topic, company, data);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void aSocketThatComesBackHearsWhatItMissed() throws IOException {
        publish("balance.updated", "e4", "{\"n\":1}");
        publish("balance.updated", "e4", "{\"n\":2}");
        try (Socket page = connected("eve", "e4")) {
            page.say("{\"type\":\"subscribe\",\"topic\":\"balance.updated\",\"from\":\"earliest\"}");
            assertThat(page.hear("event").path("data").path("n").asInt()).isEqualTo(1);
            assertThat(page.hear("event").path("data").path("n").asInt()).isEqualTo(2);
        }
    }

    @Test
    void longPollingIsTheSecondFallback() throws IOException {
        String login = Site.bearer(token("fay", "e5"));
        publish("sync.completed", "e5", "{\"n\":1}");
        JsonNode first = site.get("/v1/channels/sync.completed:entity:e5/history?after=0&wait=10", login)
                .json();
        assertThat(first.path("events").get(0).path("data").path("n").asInt()).isEqualTo(1);
        publish("sync.completed", "e5", "{\"n\":2}");
        JsonNode next = site.get(
                        "/v1/channels/sync.completed:entity:e5/history?wait=10&after="
                                + first.path("next").asText(),
                        login)
                .json();
        assertThat(next.path("events")).hasSize(1);
    }

    @Test
    void theFallbackIsKeptAliveByACommentThatSaysSo() throws IOException {
        try (EventSource page = site.events("/events", Site.bearer(token("gus", "e6")))) {
            page.next("connected");
            assertThat(page.next(EventSource.Block::isComment, 35).raw()).isEqualTo(": heartbeat");
        }
    }

    @Test
    void onlyListedPagesMayCallAndWithCredentials() throws IOException {
        try (EventSource page =
                site.events("/events", Site.bearer(token("hal", "e6")), "Origin: https://evil.example")) {
            assertThat(page.status()).isEqualTo(403);
        }
        try (Socket page = site.socket("/ws", "Origin: https://evil.example")) {
            assertThat(page.status()).isEqualTo(403);
        }
        try (EventSource page = site.events("/events", Site.bearer(token("hal", "e6")), "Origin: " + PAGE)) {
            assertThat(page.header("Access-Control-Allow-Credentials")).isEqualTo("true");
        }
    }

    @Test
    void anAgentMaySubscribeAndNothingElse() throws IOException {
        String agent = Site.bearer(token("agent", "e9"));
        try (EventSource hears = site.events("/events", agent)) {
            assertThat(hears.status()).isEqualTo(200);
        }
        String event = "{\"type\":\"t\",\"data\":1}";
        for (String forbidden : List.of(
                "/v1/broadcast/events",
                "/v1/entities/e9/events",
                "/v1/users/ann/events",
                "/v1/channels/transactions.new:entity:e9/events")) {
            assertThat(site.post(forbidden, event, agent).status())
                    .as(forbidden)
                    .isEqualTo(403);
        }
        assertThat(site.post("/v1/disconnect", "{\"user\":\"ann\"}", agent).status())
                .isEqualTo(403);
        assertThat(site.post("/v1/revocations", "{\"user\":\"ann\"}", agent).status())
                .isEqualTo(403);
        assertThat(site.post("/v1/disconnect", "{\"user\":\"ann\"}", Site.bearer(site.service()))
                        .status())
                .as("a privileged operation that exists")
                .isEqualTo(200);
    }

    @Test
    void excessiveSubscriptionsAreRefusedAndCounted() throws IOException {
        String agent = site.token("greedy", "e9", Map.of(), "*:subscribe");
        try (Socket socket = site.socket("/ws", "Origin: " + PAGE)) {
            socket.say("{\"auth\":{\"token\":\"" + agent + "\"}}");
            for (int i = 0; i < 30; i++) {
                socket.say("{\"type\":\"subscribe\",\"topic\":\"topic" + i + "\"}");
            }
            assertThat(socket.hear("error").path("data").path("code").asText()).isEqualTo("too-many-channels");
        }
        assertThat(Calls.admin(site.product(), "/metrics"))
                .contains("millrace_messages_refused_total{code=\"too-many-channels\"}");
    }

    @Test
    void operatorsSeeEachConnectionWithItsSubscriptions() throws IOException {
        try (Socket page = connected("ivy", "e7")) {
            subscribe(page, "ivy", "\"topic\":\"balance.updated\",\"filters\":{\"minAmount\":5}");
            JsonNode connection = subscriptions("ivy");
            assertThat(connection.path("userId").asText()).isEqualTo("ivy");
            assertThat(connection.path("entityId").asText()).isEqualTo("e7");
            assertThat(connection.path("subscriptions").toString())
                    .contains("balance.updated:entity:e7")
                    .contains("amount");
            assertThat(connection.has("connectionId")
                            && connection.has("connectedAt")
                            && connection.has("lastActivity"))
                    .isTrue();
        }
    }
}
