package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.platform.boot.Wire.Reply;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Position;
import io.millrace.protocol.SseParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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

    @Test
    void anEphemeralChannelIsHeardLiveAndReadFromTheNodeAlone() throws Exception {
        String channel = "/v1/channels/mood:1/";
        String first;
        String second;
        try (Wire stream = Wire.stream(node.port(), channel + "events", token("ann", ALL))) {
            assertThat(stream.event().type()).isEqualTo("connected");
            Reply receipt = post("mood:1", "{\"type\":\"t.x\",\"data\":1,\"key\":\"k\"}", "ann");
            assertThat(receipt.status()).isEqualTo(201);
            first = receipt.json().path("id").asText();
            assertThat(stream.event().lastEventId()).isEqualTo(first);
            Reply again = post("mood:1", "{\"type\":\"t.x\",\"data\":1,\"key\":\"k\"}", "ann");
            assertThat(again.json().path("id").asText()).isEqualTo(first);
            assertThat(again.json().path("duplicate").asBoolean()).isTrue();
            second = post("mood:1", "{\"type\":\"t.x\",\"data\":2}", "ann")
                    .json()
                    .path("id")
                    .asText();
            assertThat(stream.event().lastEventId()).isEqualTo(second);
        }
        try (Wire back = Wire.stream(node.port(), channel + "events", token("ann", ALL), "Last-Event-ID: " + first)) {
            assertThat(back.event().type()).isEqualTo("connected");
            assertThat(back.event().lastEventId()).isEqualTo(second);
        }
        JsonNode history =
                Wire.get(node.port(), channel + "history", token("ann", ALL)).json();
        assertThat(history.path("events")).hasSize(2);
        assertThat(history.path("events").get(1).path("id").asText()).isEqualTo(second);
        JsonNode after = Wire.get(node.port(), channel + "history?after=" + first, token("ann", ALL))
                .json();
        assertThat(after.path("events")).hasSize(1);
        assertThat(node.journal()
                        .bounds(ChannelName.of("mood:1"))
                        .toCompletableFuture()
                        .get()
                        .head())
                .as("nothing of it is in the journal")
                .isZero();
    }

    @Test
    void whereTheNodeNoLongerHasAnEphemeralChannelsEventsTheClientIsTold() {
        Position longAgo = new Position(new Epoch(node.epoch()), 17);
        String id = Cursor.of(ChannelName.of("mood:2"), longAgo);
        try (Wire back =
                Wire.stream(node.port(), "/v1/channels/mood:2/events", token("ann", ALL), "Last-Event-ID: " + id)) {
            SseParser.Message reset = back.event();
            assertThat(reset.type()).isEqualTo("reset");
            assertThat(reset.data()).contains("\"reason\":\"retention\"");
            assertThat(back.event().type()).isEqualTo("connected");
            String live = post("mood:2", "{\"type\":\"t.x\",\"data\":1}", "ann")
                    .json()
                    .path("id")
                    .asText();
            assertThat(back.event().lastEventId()).isEqualTo(live);
        }
    }

    @Test
    void whatChangesTooFastIsHeardAtItsRateAndItsNewestValueAlways() {
        try (Wire stream = Wire.stream(node.port(), "/v1/channels/price:1/events", token("ann", ALL))) {
            assertThat(stream.event().type()).isEqualTo("connected");
            List<CompletableFuture<Reply>> publishing = new ArrayList<>();
            JsonNode first = post("price:1", price(0), "ann").json();
            assertThat(first.path("offset").asInt()).isEqualTo(1);
            assertThat(first.has("superseded")).isFalse();
            for (int i = 1; i <= 6; i++) {
                String price = price(i);
                publishing.add(CompletableFuture.supplyAsync(() -> post("price:1", price, "ann")));
            }
            List<JsonNode> receipts = publishing.stream()
                    .map(reply -> reply.orTimeout(10, TimeUnit.SECONDS).join().json())
                    .toList();
            long last = receipts.stream()
                    .mapToLong(receipt -> receipt.path("offset").asLong())
                    .max()
                    .orElseThrow();
            assertThat(last)
                    .as("six at once take as many turns as they need, and no more")
                    .isBetween(2L, 4L);
            assertThat(receipts.stream()
                            .filter(receipt -> receipt.path("superseded").asBoolean()))
                    .hasSize((int) (6 - (last - 1)));
            assertThat(stream.event().data()).isEqualTo("0");
            for (long offset = 2; offset <= last; offset++) {
                assertThat(stream.event().data()).matches("[1-6]");
            }
        }
        assertThat(metric("millrace_publish_superseded_total")).isGreaterThanOrEqualTo(1);
    }

    @Test
    void aSlowClientThatWantsTheNewestOnlySkipsWhatIsOutdated() throws Exception {
        double leftOutBefore = metric("millrace_connection_left_out_total");
        try (Wire stream = Wire.stream(node.port(), "/v1/channels/ticks:1/events", token("ann", ALL))) {
            assertThat(stream.event().type()).isEqualTo("connected");
            publishMany("ticks:1", 30);
            int received = 0;
            long offset = 0;
            Map<String, String> last = new TreeMap<>();
            while (offset < 30_000) {
                SseParser.Message event = stream.event();
                long at = Wire.JSON.readTree(event.data()).path("n").asLong();
                assertThat(at).isGreaterThan(offset);
                offset = at;
                received++;
                last.put(event.type(), event.data());
            }
            assertThat(received).isLessThan(30_000);
            assertThat(last).hasSize(3);
            assertThat(metric("millrace_connection_left_out_total") - leftOutBefore)
                    .as("what was left out is counted, every single one")
                    .isEqualTo(30_000 - received);
            post("ticks:1", "{\"type\":\"t.0\",\"data\":{\"n\":30001}}", "ann");
            assertThat(stream.event().data()).contains("30001");
        }
    }

    @Test
    void aSlowClientOfAStrictFamilyIsCutOff() {
        try (Wire stream = Wire.stream(node.port(), "/v1/channels/strict:1/events", token("ann", ALL))) {
            assertThat(stream.event().type()).isEqualTo("connected");
            publishMany("strict:1", 30);
            SseParser.Message event = stream.event();
            while (event != null && event.type().startsWith("t.")) {
                event = stream.event();
            }
            assertThat(event).isNotNull();
            assertThat(event.type()).isEqualTo("problem");
            assertThat(event.data()).contains("slow-client");
            assertThat(stream.event()).isNull();
        }
    }

    /** So many thousands, of three types in turn, each about 400 bytes. */
    private static void publishMany(String channel, int thousands) {
        String filling = "x".repeat(380);
        for (int i = 0; i < thousands; i++) {
            StringJoiner batch = new StringJoiner(",", "[", "]");
            for (int n = i * 1000 + 1; n <= (i + 1) * 1000; n++) {
                batch.add("{\"type\":\"t." + n % 3 + "\",\"data\":{\"n\":" + n + ",\"f\":\"" + filling + "\"}}");
            }
            assertThat(post(channel, batch.toString(), "ann").status()).isEqualTo(201);
        }
    }

    @Test
    void aBatchCanBeCombinedToOneEvent() {
        String batch =
                "[{\"type\":\"a\",\"data\":1,\"source\":\"s\"}, {\"type\":\"b\",\"data\":{\"x\" : 1e400},\"source\":\"s\"}]";
        String path = "/v1/channels/doors:combined/events?combine=bulk.done";
        Reply receipt = Wire.post(node.port(), path, token("ann", ALL), batch, "Idempotency-Key: k1");
        assertThat(receipt.status()).isEqualTo(201);
        assertThat(receipt.json().path("offset").asInt()).isEqualTo(1);
        Reply again = Wire.post(node.port(), path, token("ann", ALL), batch, "Idempotency-Key: k1");
        assertThat(again.json().path("duplicate").asBoolean()).isTrue();
        Reply history = Wire.get(node.port(), "/v1/channels/doors:combined/history", token("ann", ALL));
        assertThat(history.toString())
                .contains("\"type\":\"bulk.done\"", "\"source\":\"s\"", "\"data\":[1,{\"x\":1e400}]");
        assertThat(history.json().path("events")).hasSize(1);
        Reply single = Wire.post(node.port(), path, token("ann", ALL), "{\"type\":\"a\",\"data\":1}");
        assertThat(single.code()).isEqualTo("invalid-parameter");
        Reply keyed = Wire.post(node.port(), path, token("ann", ALL), "[{\"type\":\"a\",\"data\":1,\"key\":\"k\"}]");
        assertThat(keyed.json().path("detail").asText()).contains("[0].key");
        Reply reserved = Wire.post(node.port(), path.replace("bulk.done", "reset"), token("ann", ALL), batch);
        assertThat(reserved.code()).isEqualTo("invalid-parameter");
        String half = "{\"type\":\"a\",\"data\":\"" + "x".repeat(600) + "\"}";
        String large = "[" + half + "," + half + "]";
        Reply tooLarge = Wire.post(node.port(), path.replace("doors:", "tiny:"), token("ann", ALL), large);
        assertThat(tooLarge.code()).isEqualTo("event-too-large");
    }

    private static String price(int value) {
        return "{\"type\":\"price\",\"data\":" + value + "}";
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
