package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** System C, {@code deploy/examples/stable}: each user's pages hear what has changed in every module. */
class StableScenarioTest {
    @TempDir
    static Path folder;

    private static Site site;

    @BeforeAll
    static void start() {
        site = Site.of("stable", folder, Map.of("MILLRACE_LOG_TRAFFIC", "debug"));
    }

    @AfterAll
    static void stop() {
        site.close();
    }

    private static String session(String user, String... grants) {
        return "Cookie: session=" + site.token(user, null, Map.of(), grants);
    }

    private static EventSource page(String session) throws IOException {
        return page("/api/realtime/events", session);
    }

    private static EventSource page(String address, String session) throws IOException {
        EventSource page = site.events(address, session);
        assertThat(page.status()).as(page.header("Content-Type")).isEqualTo(200);
        page.next("connected");
        return page;
    }

    /** As {@code publishModuleEvent} does. */
    private static void changed(String user, String type, String data) throws IOException {
        site.publish("/v1/users/" + user + "/events", "{\"type\":\"" + type + "\",\"data\":" + data + "}");
    }

    @Test
    void theStreamIsForSessionsAndSaysWhoItIs() throws IOException {
        try (EventSource stranger = site.events("/api/realtime/events")) {
            assertThat(stranger.status()).isEqualTo(401);
        }
        try (EventSource page = site.events("/api/realtime/events", session("u1"))) {
            assertThat(page.header("Content-Type")).startsWith("text/event-stream");
            assertThat(page.header("Cache-Control")).contains("no-cache");
            assertThat(page.header("X-Accel-Buffering")).isEqualTo("no");
            EventSource.Block connected = page.next("connected");
            assertThat(connected.json().path("clientId").asText()).isNotEmpty();
            assertThat(connected.json()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "horses:created",
                "horses:updated",
                "horses:deleted",
                "documents:uploaded",
                "documents:deleted",
                "documents:downloaded",
                "tasks:created",
                "tasks:updated",
                "tasks:completed",
                "tasks:deleted",
                "health:record:created",
                "health:appointment:created",
                "health:appointment:updated",
                "health:appointment:cancelled",
                "breeding:record:created",
                "breeding:pregnancy:confirmed",
                "breeding:foal:born",
                "finance:income:created",
                "finance:expense:created",
                "finance:invoice:created",
                "finance:invoice:sent",
                "finance:invoice:paid",
                "sales:lead:created",
                "sales:lead:converted",
                "sales:deal:closed",
                "team:member:added",
                "team:member:removed",
                "team:horse:shared",
                "report:generated",
                "report:exported"
            })
    void aChangeInAModuleIsHeardByItsName(String type) throws IOException {
        try (EventSource page = page(session("names"))) {
            changed("names", type, "{\"id\":7,\"name\":\"Thunder\"}");
            assertThat(page.next(type).data()).isEqualTo("{\"id\":7,\"name\":\"Thunder\"}");
        }
    }

    @Test
    void aUserHearsTheirOwnAndWhatIsForEverybodyAndTheModulesAskedFor() throws IOException {
        String asks = "/api/realtime/events?channel=breeding&channel=stable:123";
        String session = session("u2", "breeding:subscribe", "stable:123:subscribe");
        try (EventSource page = page(asks, session);
                EventSource other = page(session("u3"))) {
            changed("u2", "notification", "{\"type\":\"info\",\"message\":\"Your report is ready\"}");
            assertThat(page.next("notification").json().path("message").asText())
                    .isEqualTo("Your report is ready");
            site.publish("/v1/channels/breeding/events", "{\"type\":\"pregnancy:confirmed\",\"data\":{\"id\":1}}");
            page.next("pregnancy:confirmed");
            site.publish("/v1/channels/stable:123/events", "{\"type\":\"horse:shared\",\"data\":{\"id\":2}}");
            page.next("horse:shared");
            site.publish(
                    "/v1/broadcast/events",
                    "{\"type\":\"maintenance:scheduled\",\"data\":{\"message\":\"Soon\",\"time\":\"2026-01-09T22:00:00Z\"}}");
            page.next("maintenance:scheduled");
            other.next("maintenance:scheduled");
        }
        try (EventSource curious = site.events(asks, session("u3"))) {
            assertThat(curious.status())
                    .as("module events are for those who may")
                    .isEqualTo(403);
        }
        assertThat(site.get("/v1/channels/user:u2/history", session("u3")).status())
                .isIn(401, 403);
        assertThat(site.post("/v1/broadcast/events", "{\"type\":\"t\",\"data\":1}", Site.bearer(site.token("u3")))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void afterAPauseThePageAsksForWhatItMissed() throws IOException {
        String session = session("u4");
        changed("u4", "horses:created", "{\"id\":1}");
        JsonNode before = site.get("/api/realtime/history", session).json();
        Instant last =
                Instant.parse(before.get(before.size() - 1).path("timestamp").asText());
        changed("u4", "horses:updated", "{\"id\":1,\"name\":\"Ed\"}");

        for (String since : List.of(last.toString(), "" + last.toEpochMilli())) {
            JsonNode missed =
                    site.get("/api/realtime/history?since=" + since, session).json();
            assertThat(missed.isArray()).isTrue();
            JsonNode newest = missed.get(missed.size() - 1);
            assertThat(newest.path("event").asText()).isEqualTo("horses:updated");
            assertThat(newest.path("data").path("name").asText()).isEqualTo("Ed");
            assertThat(newest.path("channel").asText()).isEqualTo("user:u4");
            assertThat(newest.path("id").asText()).isNotEmpty();
        }
        assertThat(site.get("/api/realtime/history").status()).isEqualTo(401);
    }

    @Test
    void aBrowserThatComesBackMissesNothing() throws IOException {
        String session = session("u5");
        String id;
        try (EventSource page = page(session)) {
            changed("u5", "tasks:created", "{\"id\":1}");
            id = page.next("tasks:created").id();
        }
        changed("u5", "tasks:completed", "{\"id\":1}");
        try (EventSource back = site.events("/api/realtime/events", session, "Last-Event-ID: " + id)) {
            assertThat(back.next(block -> !block.retry().isEmpty(), 5).retry()).matches("[2-4]\\d{3}");
            back.next("connected");
            back.next("tasks:completed");
        }
    }

    @Test
    void theLastFiftyAreKeptAndAHundredAMinuteAreTaken() throws IOException {
        for (int i = 0; i < 10; i++) {
            site.publish(
                    "/v1/channels/horses/events",
                    IntStream.rangeClosed(10 * i + 1, 10 * i + 10)
                            .mapToObj(n -> "{\"type\":\"horses:updated\",\"data\":" + n + "}")
                            .collect(Collectors.joining(",", "[", "]")));
        }

        Site.Reply more = site.post(
                "/v1/channels/horses/events",
                "{\"type\":\"horses:updated\",\"data\":101}",
                Site.bearer(site.service()));
        assertThat(more.status()).isEqualTo(429);
        assertThat(more.headers().firstValue("Retry-After")).isPresent();

        String session = session("u6", "horses:subscribe");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(kept(session)).hasSizeBetween(50, 60));
        JsonNode kept = kept(session);
        assertThat(kept.get(kept.size() - 1).path("data").asInt()).isEqualTo(100);
    }

    private static JsonNode kept(String session) throws IOException {
        JsonNode kept = site.get("/api/realtime/history?channel=horses&limit=1000", session)
                .json();
        ArrayNode horses = Site.JSON.createArrayNode();
        kept.forEach(event -> {
            if (event.path("channel").asText().equals("horses")) {
                horses.add(event);
            }
        });
        return horses;
    }

    @Test
    void aBulkImportIsOneEventWithAnArray() throws IOException {
        try (EventSource page = page(session("u7"))) {
            site.publish(
                    "/v1/users/u7/events?combine=horses:created",
                    "[{\"type\":\"x\",\"data\":{\"id\":1}},{\"type\":\"x\",\"data\":{\"id\":2}}]");
            assertThat(page.next("horses:created").data()).isEqualTo("[{\"id\":1},{\"id\":2}]");
        }
    }

    @Test
    void whatGoesTooFastIsThrottledToTheNewest() throws IOException {
        for (int i = 1; i <= 12; i++) {
            site.publish("/v1/channels/live:slider/events", "{\"type\":\"moved\",\"data\":" + i + "}");
        }
        JsonNode kept = site.get(
                        "/v1/channels/live:slider/history",
                        Site.bearer(site.token("u8", null, Map.of(), "live:*:subscribe")))
                .json()
                .path("events");
        assertThat(kept.get(kept.size() - 1).path("data").asInt()).isEqualTo(12);
    }

    @Test
    void aUserHasThreeConnectionsAndAnAdminSeesThemAll() throws IOException {
        String session = session("u9");
        List<EventSource> pages = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            pages.add(page(session));
        }
        try (EventSource fourth = site.events("/api/realtime/events", session)) {
            assertThat(fourth.status()).isEqualTo(429);
            assertThat(fourth.header("Retry-After")).isNotEmpty();
        }
        JsonNode stats =
                site.get("/api/realtime/stats", Site.bearer(site.service())).json();
        assertThat(stats).hasSize(3);
        assertThat(stats.path("connectedClients").asInt()).isGreaterThanOrEqualTo(3);
        assertThat(stats.path("channels")).contains(Site.json("\"user:u9\""), Site.json("\"global\""));
        assertThat(stats.path("eventHistorySize").isIntegralNumber()).isTrue();
        assertThat(site.get("/api/realtime/stats", session).status()).isEqualTo(403);
        pages.forEach(EventSource::close);
    }

    @Test
    void aHeartbeatComesEveryThirtySeconds() throws IOException {
        try (EventSource page = page(session("u10"))) {
            long start = System.nanoTime();
            assertThat(page.next(EventSource.Block::isComment, 35).id()).isEmpty();
            assertThat((System.nanoTime() - start) / 1_000_000_000L).isBetween(28L, 33L);
        }
    }

    @Test
    void anIdlePageIsEnded(@TempDir Path other) throws IOException {
        try (Site hasty = Site.of("stable", other, Map.of("REALTIME_IDLE", "2s"));
                EventSource page = hasty.events("/api/realtime/events", "Cookie: session=" + hasty.token("u1"))) {
            page.next("connected");
            assertThat(page.next("problem").json().path("code").asText()).isEqualTo("idle");
            assertThat(page.ends()).isTrue();
        }
    }

    @Test
    void aChatGoesBothWays() throws IOException {
        String session = session("u11", "chat:1:subscribe,publish");
        try (Socket chat = site.socket("/api/ws", session)) {
            chat.say("{\"type\":\"subscribe\",\"channel\":\"chat:1\"}");
            chat.hear("subscribed");
            chat.say("{\"type\":\"publish\",\"channel\":\"chat:1\",\"event\":{\"type\":\"said\",\"data\":\"hello\"}}");
            assertThat(chat.hear("event").path("data").asText()).isEqualTo("hello");
        }
    }

    @Test
    void theLogTellsWhoComesAndGoesAndWhatIsSent() throws IOException {
        String client;
        try (EventSource page = site.events("/api/realtime/events", session("u12"))) {
            client = page.next("connected").json().path("clientId").asText();
            changed("u12", "horses:created", "{\"secret\":1}");
            page.next("horses:created");
        }
        site.product().awaitLog("[SSE] Client connected: " + client + ", userId: u12");
        site.product().awaitLog("[SSE] Subscribed to channel: user:u12");
        site.product().awaitLog("Published horses:created to 1 clients, channel: user:u12");
        site.product().awaitLog("[SSE] Sent in ");
        site.product().awaitLog("[SSE] Client disconnected: " + client);
        assertThat(site.product().log()).doesNotContain("secret\":1");
    }
}
