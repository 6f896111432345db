package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** System E, {@code deploy/examples/gateway}: jobs, metrics and alerts on a WebSocket, answers of several models on streams. */
class GatewayScenarioTest {
    private static final int MAX_CONNECTIONS = 4;

    @TempDir
    static Path folder;

    private static Site site;

    @BeforeAll
    static void start() {
        site = Site.of("gateway", folder, Map.of("MAX_CONNECTIONS", "" + MAX_CONNECTIONS));
    }

    @AfterAll
    static void stop() {
        site.close();
    }

    private static String token(String user, String... grants) {
        return site.token(user, null, Map.of(), grants);
    }

    private static Socket connected(String user, String... grants) throws IOException {
        Socket socket = site.socket("/ws?token=" + token(user, grants) + "&userId=" + user);
        assertThat(socket.status()).isEqualTo(101);
        JsonNode connected = socket.hear();
        assertThat(connected.path("type").asText()).isEqualTo("connected");
        assertThat(connected.path("clientId").asText()).isNotEmpty();
        return socket;
    }

    private static void subscribe(Socket socket, String channel) throws IOException {
        socket.say("{\"type\":\"subscribe\",\"channel\":" + channel + "}");
        assertThat(socket.hear("subscribed").path("channel").asText()).isNotEmpty();
    }

    private static void publish(String channel, String type, String data) throws IOException {
        site.publish("/v1/channels/" + channel + "/events", "{\"type\":\"" + type + "\",\"data\":" + data + "}");
    }

    @Test
    void aJobsProgressIsWhatTheServicePublished() throws IOException {
        String progress =
                "{\"type\":\"job_progress\",\"jobId\":\"job_123\",\"status\":\"processing\",\"progress\":0.75,"
                        + "\"message\":\"Rendering frame 750/1000\",\"timestamp\":\"2025-12-05T10:00:00Z\"}";
        try (Socket page = connected("123", "job_progress:*:subscribe")) {
            page.say("{\"type\":\"subscribe\",\"channel\":{\"type\":\"job_progress\",\"id\":\"job_123\"}}");
            JsonNode confirmed = page.hear();
            assertThat(confirmed.path("type").asText()).isEqualTo("subscribed");
            assertThat(confirmed.path("channel").asText()).isEqualTo("job_progress:job_123");
            publish("job_progress:job_123", "job_progress", progress);
            assertThat(page.hear()).isEqualTo(Site.json(progress));

            page.say("{\"type\":\"unsubscribe\",\"channel\":{\"type\":\"job_progress\",\"id\":\"job_123\"}}");
            page.hear("unsubscribed");
            publish("job_progress:job_123", "job_progress", progress);
            page.say("{\"type\":\"ping\"}");
            JsonNode pong = page.hear();
            assertThat(pong.path("type").asText()).isEqualTo("pong");
            assertThat(pong.path("timestamp").asLong()).isGreaterThan(1_700_000_000_000L);
        }
    }

    @Test
    void channelsAreNamedByTypeAndIdAndUser() throws IOException {
        try (Socket page = connected("456", "campaign_metrics:camp_1:subscribe")) {
            subscribe(page, "{\"type\":\"alerts\",\"userId\":\"456\"}");
            subscribe(page, "{\"type\":\"campaign_metrics\",\"id\":\"camp_456\",\"userId\":\"456\"}");
            subscribe(page, "\"campaign_metrics:camp_1\"");
            publish("alerts:456", "alert", "{\"type\":\"alert\",\"severity\":\"warning\"}");
            assertThat(page.hear("alert").path("severity").asText()).isEqualTo("warning");
            publish("campaign_metrics:camp_456:456", "metrics", "{\"type\":\"metrics\",\"clicks\":7}");
            assertThat(page.hear("metrics").path("clicks").asInt()).isEqualTo(7);
        }
    }

    @Test
    void aWholeFamilyIsHeardWhereTheGrantSaysSo() throws IOException {
        try (Socket page = connected("ops", "job_progress:*:subscribe")) {
            subscribe(page, "\"job_progress:*\"");
            publish("job_progress:a", "job_progress", "{\"type\":\"job_progress\",\"jobId\":\"a\"}");
            assertThat(page.hear("job_progress").path("jobId").asText()).isEqualTo("a");
        }
        try (Socket page = connected("one", "job_progress:a:subscribe")) {
            page.say("{\"type\":\"subscribe\",\"channel\":\"job_progress:*\"}");
            assertThat(page.closed()).isEqualTo("1008 Access denied");
        }
    }

    @Test
    void whoMayNotIsClosedWith1008() throws IOException {
        try (Socket stranger = site.socket("/ws")) {
            assertThat(stranger.closed()).isEqualTo("1008 Unauthorized");
        }
        try (Socket stranger = site.socket("/ws?token=no.such.token")) {
            assertThat(stranger.closed()).isEqualTo("1008 Unauthorized");
        }
        try (Socket liar = site.socket("/ws?userId=456&token=" + token("123"))) {
            assertThat(liar.closed()).as("the identity is the token's").startsWith("1008");
        }
        try (Socket curious = connected("789")) {
            curious.say("{\"type\":\"subscribe\",\"channel\":{\"type\":\"alerts\",\"userId\":\"456\"}}");
            assertThat(curious.hear("error").path("code").asText()).isEqualTo("forbidden");
            assertThat(curious.closed()).isEqualTo("1008 Access denied");
        }
        for (String address : List.of("/api/stream/council-score", "/api/stream/council-score?token=no.such.token")) {
            try (EventSource stranger = site.events(address)) {
                assertThat(stranger.status()).isEqualTo(401);
            }
        }
        assertThat(site.product().log()).doesNotContain("no.such.token");
    }

    @Test
    void aUserHasSoManyConnections() throws IOException {
        List<Socket> open = new ArrayList<>();
        for (int i = 0; i < MAX_CONNECTIONS; i++) {
            open.add(connected("many"));
        }
        try (EventSource more = site.events("/api/stream/council-score?token=" + token("many"))) {
            assertThat(more.status()).isEqualTo(429);
        }
        open.forEach(Socket::close);
    }

    @Test
    void theModelsOfACouncilStreamTheirAnswersAndThenTheStreamEnds() throws IOException {
        String address = "/api/stream/council-score?token=" + token("judge");
        String cut;
        try (EventSource page = site.events(address)) {
            assertThat(page.header("Content-Type")).startsWith("text/event-stream");
            assertThat(page.next("connected").json().path("type").asText()).isEqualTo("connected");
            chunk("gemini", "\"chunk\":\"Analyzing...\"");
            chunk("claude", "\"chunk\":\"Strong...\"");
            assertThat(page.next().json()).isEqualTo(Site.json("{\"model\":\"gemini\",\"chunk\":\"Analyzing...\"}"));
            cut = page.next().id();
        }
        chunk("gpt-4", "\"chunk\":\"Hm\"");
        chunk("perplexity", "\"chunk\":\"So\"");
        chunk("gemini", "\"score\":0.78");
        site.publish("/v1/channels/council-score:judge/complete", "{\"data\":{\"finalScore\":0.81}}");
        try (EventSource back = site.events(address, "Last-Event-ID: " + cut)) {
            back.next("connected");
            assertThat(back.next().json().path("model").asText()).isEqualTo("gpt-4");
            assertThat(back.next().json().path("model").asText()).isEqualTo("perplexity");
            assertThat(back.next().json().path("score").asDouble()).isEqualTo(0.78);
            EventSource.Block end = back.next("complete");
            assertThat(end.data()).isEqualTo("{\"finalScore\":0.81}");
            assertThat(back.ends()).isTrue();
            try (EventSource stock = site.events(address, "Last-Event-ID: " + end.id())) {
                assertThat(stock.status()).as("keeps a stock EventSource away").isEqualTo(204);
            }
        }
        try (EventSource late = site.events(address)) {
            late.next("connected");
            assertThat(late.next().json().path("model").asText()).isEqualTo("gemini");
        }
    }

    private static void chunk(String model, String rest) throws IOException {
        publish("council-score:judge", "chunk", "{\"model\":\"" + model + "\"," + rest + "}");
    }

    @Test
    void anEvaluationThatFailsIsAnError() throws IOException {
        try (EventSource page = site.events("/api/stream/council-score/run7?token=" + token("judge2"))) {
            page.next("connected");
            site.publish(
                    "/v1/channels/council-score:run7:judge2/complete",
                    "{\"problem\":{\"detail\":\"The model is overloaded\",\"code\":\"overloaded\"}}");
            assertThat(page.next("error").json().path("error").asText()).isEqualTo("The model is overloaded");
            assertThat(page.ends()).isTrue();
        }
    }

    @Test
    void aRendersProgressFansOutToSeveralPages() throws IOException {
        String address = "/api/stream/video-render/job_123?token=";
        try (EventSource one = site.events(address + token("p1"));
                EventSource two = site.events(address + token("p2"))) {
            one.next("connected");
            two.next("connected");
            publish("video_render:job_123", "video_render", "{\"progress\":0.5}");
            EventSource.Block heard = one.next("video_render");
            assertThat(heard.data()).isEqualTo("{\"progress\":0.5}");
            assertThat(heard.id()).isNotEmpty();
            two.next("video_render");
        }
    }

    @Test
    void aBurstComesInBatchesAndWhatIsLargeCompressed() throws IOException {
        try (Socket page = connected("b1", "campaign_metrics:*:subscribe")) {
            subscribe(page, "{\"type\":\"campaign_metrics\",\"id\":\"c9\"}");
            int heard = 0;
            boolean batched = false;
            for (int i = 0; i < 30; i++) {
                publish("campaign_metrics:c9", "metrics", "{\"type\":\"metrics\",\"n\":" + i + "}");
            }
            while (heard < 30) {
                JsonNode message = page.hear();
                boolean batch = message.path("type").asText().equals("batch");
                JsonNode first = batch ? message.path("events").get(0) : message;
                assertThat(first.path("n").asInt()).as("in order, as published").isEqualTo(heard);
                heard += batch ? message.path("events").size() : 1;
                batched |= batch;
            }
            assertThat(batched).isTrue();
        }
        try (Socket page = connected("b2", "job_progress:*:subscribe")) {
            subscribe(page, "\"job_progress:big\"");
            String large = "{\"type\":\"job_progress\",\"message\":\"" + "frame ".repeat(2_000) + "\"}";
            publish("job_progress:big", "job_progress", large);
            JsonNode envelope = page.hear("compressed");
            assertThat(envelope.path("encoding").asText()).isEqualTo("gzip");
            byte[] gzip = Base64.getDecoder().decode(envelope.path("data").asText());
            String inside = new String(
                    new GZIPInputStream(new ByteArrayInputStream(gzip)).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(Site.json(inside)).isEqualTo(Site.json(large));
        }
    }

    @Test
    void progressIsThrottledToTenASecondAndEndsWithTheNewest() throws IOException {
        try (Socket page = connected("t1", "job_progress:*:subscribe")) {
            subscribe(page, "\"job_progress:fast\"");
            List<Thread> services = new ArrayList<>();
            long start = System.nanoTime();
            for (int i = 1; i <= 60; i++) {
                String data = "{\"type\":\"job_progress\",\"progress\":" + i / 60.0 + "}";
                Thread service = new Thread(() -> quietly("job_progress:fast", data));
                service.start();
                services.add(service);
                if (i % 10 == 0) {
                    joinAll(services);
                }
            }
            joinAll(services);
            publish("job_progress:fast", "job_progress", "{\"type\":\"job_progress\",\"status\":\"done\"}");
            int heard = 1;
            while (!page.hear().path("status").asText().equals("done")) {
                heard++;
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            assertThat(heard).isLessThanOrEqualTo((int) (10 + 10 * seconds) + 1).isLessThan(61);
        }
    }

    private static void quietly(String channel, String data) {
        try {
            publish(channel, "job_progress", data);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private static void joinAll(List<Thread> threads) {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
            threads.clear();
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    @Test
    void heartbeatsGoBothWaysAndADeadClientIsFound() throws IOException {
        try (EventSource page = site.events("/api/stream/council-score?token=" + token("h1"));
                Socket alive = connected("h1");
                Socket dead = connected("h2").deaf()) {
            page.next("connected");
            long start = System.nanoTime();
            page.next(EventSource.Block::isComment, 20);
            assertThat((System.nanoTime() - start) / 1_000_000_000L).isBetween(13L, 18L);
            alive.awaitPing(35);
            assertThat(dead.closed(65)).startsWith("4102");
            assertThat((System.nanoTime() - start) / 1_000_000_000L).isBetween(55L, 65L);
        }
    }

    @Test
    void theStatsHaveTheShapeOfOld() throws IOException {
        try (Socket page = connected("s1", "job_progress:*:subscribe")) {
            subscribe(page, "\"job_progress:stats\"");
            JsonNode stats =
                    site.get("/api/realtime/stats", Site.bearer(site.service())).json();
            assertThat(stats.path("status").asText()).isEqualTo("healthy");
            assertThat(stats.path("sse").path("totalConnections").isIntegralNumber())
                    .isTrue();
            assertThat(stats.path("sse").path("totalEvents").isIntegralNumber()).isTrue();
            assertThat(stats.path("channels").path("isConnected").asBoolean()).isTrue();
            assertThat(stats.path("channels").path("activeChannels").asInt()).isPositive();
            assertThat(stats.path("channels").path("totalSubscriptions").asInt())
                    .isPositive();
            JsonNode whole = site.get("/v1/stats", Site.bearer(site.service())).json();
            assertThat(whole.path("channels").toString())
                    .contains("{\"channel\":\"job_progress:stats\",\"subscribers\":1,");
        }
    }
}
