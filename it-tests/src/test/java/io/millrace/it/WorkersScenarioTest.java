package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** System D, {@code deploy/examples/workers}: every operator's page hears what becomes of the lab workers. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WorkersScenarioTest {
    private static final String STREAM = "/api/events/stream";

    @TempDir
    static Path folder;

    private static Site site;

    @BeforeAll
    static void start() {
        site = Site.of("workers", folder, Map.of());
    }

    @AfterAll
    static void stop() {
        site.close();
    }

    private static String session(String user, Map<String, String> claims) {
        return "Cookie: session=" + site.token(user, null, claims);
    }

    private static EventSource page(String session, String address) throws IOException {
        EventSource page = site.events(address, session);
        assertThat(page.status()).isEqualTo(200);
        page.next("connected");
        return page;
    }

    private static void happens(String channel, String type, String data) throws IOException {
        site.publish(
                "/v1/channels/" + channel + "/events",
                "{\"type\":\"" + type + "\",\"source\":\"w1\",\"data\":" + data + "}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "worker.created|{\"worker_id\":\"w1\",\"name\":\"lab-a\"}",
                "worker.status.updated|{\"worker_id\":\"w1\",\"status\":\"running\"}",
                "worker.labs.updated|{\"worker_id\":\"w1\",\"labs\":[{\"id\":\"l1\"}]}",
                "worker.terminated|{\"worker_id\":\"w1\"}",
                "my.event|{\"any\":[1,2]}"
            })
    void everyPageHearsWhatHappensToAWorker(String type, String data) throws IOException {
        try (EventSource one = page(session("op1", Map.of()), STREAM);
                EventSource other = page(session("op2", Map.of()), STREAM)) {
            happens("workers", type, data);
            assertThat(one.next(type).data()).isEqualTo(data);
            assertThat(other.next(type).data()).isEqualTo(data);
        }
    }

    @Test
    void itIsForLogins() throws IOException {
        try (EventSource stranger = site.events(STREAM)) {
            assertThat(stranger.status()).isEqualTo(401);
        }
        try (EventSource page = site.events(STREAM + "?token=" + site.token("op1"))) {
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.header("Content-Type")).startsWith("text/event-stream");
            page.next("connected");
        }
    }

    @Test
    void metricsAreForOperatorsOfTheirRegion() throws IOException {
        try (EventSource east = page(session("op3", Map.of("region", "us-east-1")), STREAM);
                EventSource west = page(session("op4", Map.of("region", "us-west-2")), STREAM)) {
            happens(
                    "worker-metrics",
                    "worker.metrics.updated",
                    "{\"region\":\"us-west-2\",\"cpu\":12.5,\"mem\":40,\"labs\":3}");
            happens("worker-metrics", "worker.metrics.updated", "{\"region\":\"us-east-1\",\"cpu\":99}");
            assertThat(east.next("worker.metrics.updated").json().path("cpu").asInt())
                    .isEqualTo(99);
            assertThat(west.next("worker.metrics.updated").json().path("cpu").asDouble())
                    .isEqualTo(12.5);
        }
    }

    @Test
    void whatOnlyAdministratorsMaySeeIsMasked() throws IOException {
        try (EventSource operator = page(session("op5", Map.of()), STREAM);
                EventSource admin = page(session("root", Map.of("role", "admin")), STREAM)) {
            happens("workers", "worker.created", "{\"worker_id\":\"w9\",\"consoleUrl\":\"https://w9.example\"}");
            assertThat(operator.next("worker.created").json().path("consoleUrl").isNull())
                    .isTrue();
            assertThat(admin.next("worker.created").json().path("consoleUrl").asText())
                    .isEqualTo("https://w9.example");
        }
    }

    @Test
    void manyMetricsComeInOneFrameToPagesThatAskForIt() throws IOException {
        try (EventSource page = page(session("op6", Map.of("region", "eu")), STREAM + "?batch=on")) {
            int heard = 0;
            boolean batched = false;
            for (int i = 0; i < 20; i++) {
                happens("worker-metrics", "worker.metrics.updated", "{\"region\":\"eu\",\"cpu\":" + i + "}");
            }
            while (heard < 20) {
                EventSource.Block block = page.next();
                batched |= block.event().equals("batch");
                heard += block.event().equals("batch")
                        ? block.json().path("events").size()
                        : 1;
            }
            assertThat(batched).isTrue();
        }
    }

    @Test
    void aPageThatWasAwayHearsTheLastSignificantEvents() throws IOException {
        String session = session("op7", Map.of());
        String id;
        try (EventSource page = page(session, STREAM)) {
            happens("workers", "worker.created", "{\"worker_id\":\"w7\"}");
            id = page.next("worker.created").id();
        }
        happens("workers", "worker.status.updated", "{\"worker_id\":\"w7\",\"status\":\"stopped\"}");
        try (EventSource back = site.events(STREAM, session, "Last-Event-ID: " + id)) {
            back.next("connected");
            assertThat(back.next("worker.status.updated").json().path("status").asText())
                    .isEqualTo("stopped");
        }
    }

    @Test
    void theHeartbeatIsANamedEventWithoutAnId() throws IOException {
        try (EventSource page = page(session("op8", Map.of()), STREAM)) {
            EventSource.Block beat = page.next(block -> block.event().equals("heartbeat"), 35);
            assertThat(beat.id()).isEmpty();
            assertThat(beat.json().path("timestamp").asText()).isNotEmpty();
        }
    }

    @Test
    void aDeploymentCanDoWithout(@TempDir Path other) throws IOException {
        try (Site off = Site.of("workers", other, Map.of("MILLRACE_EDGE_REALTIME", "off"))) {
            String operator = Site.bearer(off.token("op1"));
            assertThat(off.get(STREAM, operator).json().path("code").asText()).isEqualTo("realtime-off");
        }
    }

    /** The last of all, since nothing can be asked of it afterwards. */
    @Test
    @Order(Integer.MAX_VALUE)
    void whenTheServerStopsThePageIsToldFirst() throws IOException {
        try (EventSource page = page(session("op9", Map.of()), STREAM)) {
            CompletableFuture<Void> stopping = CompletableFuture.runAsync(site.product()::stop);
            JsonNode shutdown = page.next(block -> block.event().equals("system.sse.shutdown"), 20)
                    .json();
            assertThat(shutdown.path("message").asText()).isEqualTo("The server is stopping");
            assertThat(page.ends()).isTrue();
            stopping.join();
        }
    }
}
