package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** System A, {@code deploy/examples/copilot}: pages that fetch again what has changed, and an agent with a shell. */
class CopilotScenarioTest {
    private static final int HEARTBEAT_SECONDS = 15;

    @TempDir
    static Path folder;

    private static Site site;
    private static String driver;

    @BeforeAll
    static void start() {
        site = Site.of("copilot", folder, Map.of());
        driver = "Cookie: session=" + site.token("driver");
    }

    @AfterAll
    static void stop() {
        site.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"strategy", "briefing", "blocks", "phase"})
    void aPageHearsThatItsDataHasChanged(String name) throws IOException {
        try (EventSource page = site.events("/events/" + name, driver)) {
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.header("Content-Type")).startsWith("text/event-stream");
            page.next("connected");
            site.publish("/v1/channels/" + name + "/events", "{\"type\":\"" + name + "\",\"data\":{\"percent\":45}}");
            assertThat(page.next(name).json().path("percent").asInt()).isEqualTo(45);
        }
    }

    @Test
    void everyPageHearsItAndOneThatWasAwayMissesNothing() throws IOException {
        String id;
        try (EventSource one = site.events("/events/strategy", driver);
                EventSource other = site.events("/events/strategy", "Cookie: session=" + site.token("other"))) {
            one.next("connected");
            other.next("connected");
            site.publish("/v1/channels/strategy/events", "{\"type\":\"strategy_ready\",\"data\":{\"n\":1}}");
            id = one.next("strategy_ready").id();
            other.next("strategy_ready");
        }
        site.publish("/v1/channels/strategy/events", "{\"type\":\"strategy_ready\",\"data\":{\"n\":2}}");
        try (EventSource back = site.events("/events/strategy", driver, "Last-Event-ID: " + id)) {
            back.next("connected");
            assertThat(back.next("strategy_ready").json().path("n").asInt()).isEqualTo(2);
        }
    }

    @Test
    void whoHasNoSessionHearsNothing() throws IOException {
        try (EventSource stranger = site.events("/events/strategy")) {
            assertThat(stranger.status()).isEqualTo(401);
        }
        assertThat(site.get("/events/rankings", driver).status()).isEqualTo(404);
    }

    @Test
    void anIdlePageIsKeptAliveByAComment() throws IOException {
        try (EventSource page = site.events("/events/briefing", driver)) {
            page.next("connected");
            long start = System.nanoTime();
            EventSource.Block beat = page.next(EventSource.Block::isComment, HEARTBEAT_SECONDS + 5);
            assertThat(beat.id()).isEmpty();
            assertThat((System.nanoTime() - start) / 1_000_000_000L)
                    .isBetween(HEARTBEAT_SECONDS - 2L, HEARTBEAT_SECONDS + 3L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ws", "/agent/ws"})
    void theAgentsShellGoesBothWays(String address) throws IOException {
        String shell = "shell:" + (address.length());
        String token = site.token("agent", null, Map.of(), shell + ":*:subscribe,publish");
        try (Socket page = site.socket(address, Site.bearer(token));
                Socket agent = site.socket(address, Site.bearer(token))) {
            assertThat(page.hear().path("type").asText()).isEqualTo("connected");
            agent.hear();
            subscribe(page, shell + ":out");
            subscribe(agent, shell + ":in");

            page.say(says(shell + ":in", "stdin", "ls\\n"));
            assertThat(event(agent).path("data").path("text").asText()).isEqualTo("ls\n");
            agent.say(says(shell + ":out", "stdout", "README.md\\n"));
            assertThat(event(page).path("data").path("text").asText()).isEqualTo("README.md\n");
        }
    }

    @Test
    void theAgentIsNotLetInWithoutItsTokenInTheHandshake() throws IOException {
        for (String address : new String[] {"/ws", "/agent/ws"}) {
            try (Socket stranger = site.socket(address)) {
                assertThat(stranger.status()).isEqualTo(401);
            }
            try (Socket stranger = site.socket(address, driver)) {
                assertThat(stranger.status()).as("a cookie is no agent's token").isEqualTo(401);
            }
        }
    }

    @Test
    void theAgentIsPingedAndEndedWhereItDoesNotAnswer() throws IOException {
        try (Socket agent = site.socket("/agent/ws", Site.bearer(site.token("agent")));
                Socket deaf = site.socket("/agent/ws", Site.bearer(site.token("deaf")))
                        .deaf()) {
            long start = System.nanoTime();
            agent.awaitPing(HEARTBEAT_SECONDS + 5);
            assertThat((System.nanoTime() - start) / 1_000_000_000L)
                    .isBetween(HEARTBEAT_SECONDS - 2L, HEARTBEAT_SECONDS + 3L);
            assertThat(deaf.closed(20)).startsWith("4102");
            agent.say("{\"type\":\"ping\"}");
            assertThat(agent.hear("pong").path("time").asText()).isNotEmpty();
        }
    }

    private static void subscribe(Socket socket, String channel) throws IOException {
        socket.say("{\"type\":\"subscribe\",\"channel\":\"" + channel + "\"}");
        socket.hear("subscribed");
    }

    private static String says(String channel, String type, String text) {
        return "{\"type\":\"publish\",\"channel\":\"" + channel + "\",\"event\":{\"type\":\"" + type
                + "\",\"data\":{\"text\":\"" + text + "\"}}}";
    }

    private static JsonNode event(Socket socket) throws IOException {
        return socket.hear("event");
    }
}
