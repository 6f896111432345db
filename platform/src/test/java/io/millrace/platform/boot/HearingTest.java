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
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a subscriber hears of a channel, and in what form, over real sockets. */
@ExtendWith(RunningNode.Extension.class)
class HearingTest {
    private static final String ALL = "*:subscribe,publish,history";

    private static RunningNode node;
    private static String anybody;

    @BeforeAll
    static void start(RunningNode running) {
        node = running;
        anybody = token("ann", ALL);
    }

    @Test
    void aFilterHoldsForReplayAndLiveOnAnEventStream() {
        publish("hear:sse", "a.x", "{\"amount\":5}");
        publish("hear:sse", "a.x", "{\"amount\":15}");
        publish("hear:sse", "b.x", "{\"amount\":25}");
        String path = "/v1/channels/hear:sse/events?types=a.*&minAmount=10&from=earliest";
        try (Wire stream = Wire.stream(node.port(), path, anybody)) {
            assertThat(stream.event().type()).isEqualTo("connected");
            assertThat(stream.event().data()).isEqualTo("{\"amount\":15}");
            publish("hear:sse", "a.x", "{\"amount\":1}");
            publish("hear:sse", "a.x", "{\"amount\":11}");
            SseParser.Message live = stream.event();
            assertThat(live.data()).isEqualTo("{\"amount\":11}");
            assertThat(live.lastEventId()).isEqualTo(cursor("hear:sse", 5));
        }
    }

    @Test
    void aStretchWithNothingToHearMovesTheCursorAllTheSame() {
        for (int i = 0; i < 3; i++) {
            publish("hear:silent", "a.x", "{}");
        }
        String path = "/v1/channels/hear:silent/events?types=b.*&from=earliest";
        try (Wire stream = Wire.stream(node.port(), path, anybody)) {
            String id = "\n\nid: " + cursor("hear:silent", 3) + "\n\n";
            assertThat(stream.streamText(text -> text.endsWith(id))).contains("event: connected");
            publish("hear:silent", "a.x", "{}");
            String next = "id: " + cursor("hear:silent", 4) + "\n\n";
            assertThat(stream.streamText(text -> text.endsWith(next))).doesNotContain("event:");
        }
    }

    @Test
    void onSeveralChannelsAnEventsCursorCoversWhatWasPassedOver() {
        String path = "/v1/events?channel=hear:m1&channel=hear:m2&types=a.*";
        try (Wire stream = Wire.stream(node.port(), path, anybody)) {
            assertThat(stream.event().type()).isEqualTo("connected");
            publish("hear:m1", "b.x", "1");
            publish("hear:m2", "a.x", "2");
            SseParser.Message event = stream.event();
            assertThat(event.data()).isEqualTo("2");
            Cursor cursor = ((Cursor.Valid) Cursor.parse(event.lastEventId())).cursor();
            assertThat(offset(cursor, "hear:m2")).isEqualTo(1);
            try (Wire again = Wire.stream(node.port(), path, anybody, "Last-Event-ID: " + event.lastEventId())) {
                assertThat(again.event().type()).isEqualTo("connected");
                publish("hear:m1", "a.x", "3");
                assertThat(again.event().data()).isEqualTo("3");
            }
        }
    }

    @Test
    void aFilterHoldsOnAWebSocketAndTheCursorFollows() {
        publish("hear:ws", "a.x", "{\"n\":1}");
        publish("hear:ws", "b.x", "{\"n\":2}");
        try (Wire client = Wire.socket(node.port(), anybody)) {
            client.say("{\"type\":\"subscribe\",\"ref\":1,\"channel\":\"hear:ws\",\"from\":\"earliest\","
                    + "\"filters\":{\"types\":[\"a.*\"]}}");
            client.hear("subscribed");
            assertThat(client.hear("event").path("data").path("n").asInt()).isEqualTo(1);
            assertThat(client.hear("cursor", "event").path("id").asText()).isEqualTo(cursor("hear:ws", 2));
            publish("hear:ws", "a.x", "{\"n\":3}");
            assertThat(client.hear("event").path("data").path("n").asInt()).isEqualTo(3);
            client.say(
                    "{\"type\":\"subscribe\",\"ref\":2,\"channel\":\"hear:ws2\",\"filters\":{\"min\":{\"n\":\"x\"}}}");
            JsonNode problem = client.hear("problem");
            assertThat(problem.path("code").asText()).isEqualTo("invalid-parameter");
            assertThat(problem.path("detail").asText()).startsWith("filters.min.n");
        }
    }

    @Test
    void aFilterHoldsForHistoryAndNextLeadsOn() {
        for (int i = 1; i <= 30; i++) {
            publish("hear:history", i % 10 == 0 ? "a.x" : "b.x", "{\"n\":" + i + "}");
        }
        JsonNode page = history("hear:history", "?types=a.x&limit=2");
        assertThat(page.path("events"))
                .extracting(event -> event.path("data").path("n").asInt())
                .containsExactly(10, 20);
        assertThat(page.path("next").asText()).isEqualTo(cursor("hear:history", 20));
        JsonNode rest =
                history("hear:history", "?types=a.x&after=" + page.path("next").asText());
        assertThat(rest.path("events")).hasSize(1);
        JsonNode none = history("hear:history", "?types=c.*");
        assertThat(none.path("events")).isEmpty();
        assertThat(none.path("next").asText()).isEqualTo(cursor("hear:history", 30));
    }

    @Test
    void aLongPollWaitsForWhatPassesTheFilter() throws Exception {
        publish("hear:poll", "b.x", "1");
        Thread publisher = new Thread(() -> {
            publish("hear:poll", "b.x", "2");
            publish("hear:poll", "a.x", "3");
        });
        publisher.start();
        JsonNode page = history("hear:poll", "?types=a.x&wait=10");
        publisher.join();
        assertThat(page.path("events")).hasSize(1);
        assertThat(page.path("events").get(0).path("data").asInt()).isEqualTo(3);
        JsonNode empty = history("hear:poll", "?types=a.x&wait=1&after=3");
        assertThat(empty.path("events")).isEmpty();
    }

    @Test
    void aBadFilterIsRefusedByItsName() {
        for (String path : new String[] {"/v1/channels/hear:bad/events", "/v1/channels/hear:bad/history"}) {
            Reply refused = Wire.get(node.port(), path + "?min.amount=ten", anybody);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.code()).isEqualTo("invalid-parameter");
            assertThat(refused.json().path("detail").asText()).startsWith("min.amount");
            assertThat(Wire.get(node.port(), path + "?minimum=3", anybody).status())
                    .isEqualTo(400);
        }
        Reply closed = Wire.get(node.port(), "/v1/channels/unfiltered:1/events?types=a", anybody);
        assertThat(closed.code()).isEqualTo("invalid-parameter");
    }

    @Test
    void claimsDecideWhoHearsAnEventAndWhoSeesAField() {
        String eu = login(Map.of("area", "eu"));
        String boss = login(Map.of("area", "eu", "role", "boss"));
        publish("private:1", "a.x", "{\"region\":\"us\",\"price\":1}");
        publish("private:1", "a.x", "{\"region\":\"eu\",\"price\":2}");
        assertThat(heard(eu)).isEqualTo("{\"region\":\"eu\",\"price\":null}");
        assertThat(heard(boss)).isEqualTo("{\"region\":\"eu\",\"price\":2}");
        JsonNode page =
                Wire.get(node.port(), "/v1/channels/private:1/history", eu).json();
        assertThat(page.path("events")).hasSize(1);
        assertThat(page.path("events").get(0).path("data").path("price").isNull())
                .isTrue();
        assertThat(history("private:1", "").path("events"))
                .as("a login without the claim")
                .isEmpty();
    }

    @Test
    void aRenewedLoginSeesWhatItsNewClaimsLetItSee() {
        publish("private:2", "a.x", "{\"region\":\"eu\",\"price\":2}");
        try (Wire client = Wire.socket(node.port(), login(Map.of("area", "eu")))) {
            client.say("{\"type\":\"subscribe\",\"channel\":\"private:2\",\"from\":\"earliest\"}");
            assertThat(client.hear("event").path("data").path("price").isNull()).isTrue();
            client.say("{\"type\":\"authenticate\",\"token\":\"" + login(Map.of("area", "eu", "role", "boss")) + "\"}");
            client.hear("authenticated");
            publish("private:2", "a.x", "{\"region\":\"eu\",\"price\":3}");
            assertThat(client.hear("event").path("data").path("price").asInt()).isEqualTo(3);
        }
    }

    // in what form

    @Test
    void aFullEnvelopeSaysWhichChannelAnEventIsOf() throws Exception {
        try (Wire stream =
                Wire.stream(node.port(), "/v1/events?channel=form:1&channel=form:2&envelope=full", anybody)) {
            assertThat(stream.event().type()).isEqualTo("connected");
            publish("form:2", "a.x", "{\"n\":1}");
            SseParser.Message event = stream.event();
            assertThat(event.type()).isEqualTo("a.x");
            JsonNode envelope = Wire.JSON.readTree(event.data());
            assertThat(envelope.path("channel").asText()).isEqualTo("form:2");
            assertThat(envelope.path("id").asText()).isEqualTo(cursor("form:2", 1));
            assertThat(envelope.path("event").asText()).isEqualTo("a.x");
            assertThat(envelope.path("data").path("n").asInt()).isEqualTo(1);
            assertThat(event.lastEventId()).startsWith("m1.");
        }
    }

    @Test
    void anUnnamedEnvelopeIsAMessageToAnEventSourceAndTheStreamsEndKeepsItsName() throws Exception {
        try (Wire stream = Wire.stream(node.port(), "/v1/channels/form:unnamed/events?envelope=unnamed", anybody)) {
            assertThat(stream.event().type()).isEqualTo("connected");
            publish("form:unnamed", "a.x", "{\"n\":1}");
            SseParser.Message event = stream.event();
            assertThat(event.type()).isEqualTo("message");
            assertThat(event.lastEventId()).isEqualTo(cursor("form:unnamed", 1));
            JsonNode envelope = Wire.JSON.readTree(event.data());
            assertThat(envelope.path("event").asText()).isEqualTo("a.x");
            assertThat(envelope.path("data").path("n").asInt()).isEqualTo(1);
            assertThat(Wire.post(node.port(), "/v1/channels/form:unnamed/complete", anybody, "{}")
                            .status())
                    .isEqualTo(201);
            assertThat(stream.event().type()).isEqualTo("complete");
        }
    }

    @Test
    void aBurstOfABatchedFamilyComesInOneFrameAndALoneEventAsItself() throws Exception {
        String path = "/v1/channels/bursts:sse/events";
        try (Wire stream = Wire.stream(node.port(), path, anybody);
                Wire single = Wire.stream(node.port(), path + "?batch=off", anybody)) {
            stream.event();
            single.event();
            publish("bursts:sse", "a.x", "1");
            assertThat(stream.event().data()).isEqualTo("1");
            for (int i = 2; i <= 5; i++) {
                publish("bursts:sse", "a.x", Integer.toString(i));
            }
            int heard = 1;
            String last = null;
            int frames = 0;
            while (heard < 5) {
                SseParser.Message frame = stream.event();
                frames++;
                if (frame.type().equals("batch")) {
                    JsonNode events = Wire.JSON.readTree(frame.data()).path("events");
                    assertThat(events.size()).isGreaterThan(1);
                    for (JsonNode event : events) {
                        assertThat(event.path("data").asInt()).isEqualTo(++heard);
                        assertThat(event.path("channel").asText()).isEqualTo("bursts:sse");
                    }
                } else {
                    assertThat(frame.data()).isEqualTo(Integer.toString(++heard));
                }
                last = frame.lastEventId();
            }
            assertThat(last).isEqualTo(cursor("bursts:sse", 5));
            assertThat(frames).isLessThan(4);
            for (int i = 1; i <= 5; i++) {
                assertThat(single.event().data()).isEqualTo(Integer.toString(i));
            }
        }
    }

    @Test
    void aBurstOnAWebSocketIsOneMessageOfMessages() {
        for (int i = 1; i <= 4; i++) {
            publish("bursts:ws", "a.x", Integer.toString(i));
        }
        try (Wire client = Wire.socket(node.port(), anybody)) {
            client.say("{\"type\":\"subscribe\",\"channel\":\"bursts:ws\",\"from\":\"earliest\"}");
            JsonNode batch = client.hear("batch", "event");
            assertThat(batch.path("type").asText()).isEqualTo("batch");
            assertThat(batch.path("events"))
                    .extracting(event -> event.path("type").asText() + event.path("data"))
                    .containsExactly("event1", "event2", "event3", "event4");
        }
        try (Wire client = Wire.socket(node.port(), anybody, "?batch=off")) {
            client.say("{\"type\":\"subscribe\",\"channel\":\"bursts:ws\",\"from\":\"earliest\"}");
            assertThat(client.hear("batch", "event").path("type").asText()).isEqualTo("event");
        }
    }

    @Test
    void longEventsComeCompressedToWhoeverAsks() throws Exception {
        String data = "{\"text\":\"" + "abc".repeat(2000) + "\"}";
        publish("form:long", "a.x", data);
        publish("form:long", "a.x", "1");
        String path = "/v1/channels/form:long/events?from=earliest&compress=1000";
        try (Wire stream = Wire.stream(node.port(), path, anybody)) {
            stream.event();
            SseParser.Message event = stream.event();
            assertThat(event.type()).isEqualTo("compressed");
            assertThat(event.lastEventId()).isEqualTo(cursor("form:long", 1));
            assertThat(event.data().length()).isLessThan(1000);
            JsonNode inside = unzipped(Wire.JSON.readTree(event.data()));
            assertThat(inside.path("event").asText()).isEqualTo("a.x");
            assertThat(inside.path("data").toString()).isEqualTo(data);
            assertThat(stream.event().data()).isEqualTo("1");
        }
        try (Wire client = Wire.socket(node.port(), null)) {
            client.say("{\"type\":\"authenticate\",\"token\":\"" + anybody + "\",\"compress\":1000}");
            client.say("{\"type\":\"subscribe\",\"channel\":\"form:long\",\"from\":\"earliest\"}");
            JsonNode inside = unzipped(client.hear("compressed", "event"));
            assertThat(inside.path("type").asText()).isEqualTo("event");
            assertThat(inside.path("data").toString()).isEqualTo(data);
            assertThat(client.hear("event").path("data").asInt()).isEqualTo(1);
        }
        try (Wire client = Wire.socket(node.port(), anybody, "?compress=1000")) {
            client.say("{\"type\":\"subscribe\",\"channel\":\"form:long\",\"from\":\"earliest\"}");
            assertThat(client.hear("compressed", "event").path("type").asText()).isEqualTo("compressed");
        }
    }

    @Test
    void aWholeStreamInGzipCanBeReadEventByEvent() throws Exception {
        publish("form:zip", "a.x", "{\"n\":1}");
        try (Wire wire = new Wire(node.port())) {
            wire.send(Wire.request(
                    "GET",
                    "/v1/channels/form:zip/events?from=earliest",
                    anybody,
                    null,
                    "Accept-Encoding: br, gzip;q=0.8"));
            Reply head = wire.head();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Encoding")).isEqualTo("gzip");
            assertThat(head.header("Vary")).contains("Accept-Encoding");
            StringBuilder text = new StringBuilder();
            wire.bytes(all -> inflated(all, text).contains("data: {\"n\":1}\n\n"));
        }
        try (Wire stream = Wire.stream(
                node.port(), "/v1/channels/form:zip/events?from=earliest", anybody, "Accept-Encoding: gzip;q=0")) {
            assertThat(stream.event().type()).isEqualTo("connected");
        }
    }

    @Test
    void aFormThatIsNoneIsRefused() {
        for (String query : new String[] {"envelope=half", "batch=maybe", "compress=much", "compress=-1"}) {
            Reply refused = Wire.get(node.port(), "/v1/channels/form:bad/events?" + query, anybody);
            assertThat(refused.code()).isEqualTo("invalid-parameter");
            assertThat(refused.json().path("detail").asText()).startsWith(query.substring(0, query.indexOf('=')));
        }
    }

    /** What can be read of a gzip stream that hasn't ended. */
    private static String inflated(byte[] zipped, StringBuilder text) {
        Inflater inflater = new Inflater(true);
        try {
            text.setLength(0);
            if (zipped.length > 10) {
                inflater.setInput(zipped, 10, zipped.length - 10);
                byte[] room = new byte[100_000];
                text.append(new String(room, 0, inflater.inflate(room), StandardCharsets.UTF_8));
            }
            return text.toString();
        } catch (DataFormatException broken) {
            throw new AssertionError(broken);
        } finally {
            inflater.end();
        }
    }

    private static JsonNode unzipped(JsonNode compressed) throws IOException {
        assertThat(compressed.path("encoding").asText()).isEqualTo("gzip");
        byte[] zipped = Base64.getDecoder().decode(compressed.path("data").asText());
        return Wire.JSON.readTree(new GZIPInputStream(new ByteArrayInputStream(zipped)).readAllBytes());
    }

    private static String heard(String token) {
        try (Wire stream = Wire.stream(node.port(), "/v1/channels/private:1/events?from=earliest", token)) {
            assertThat(stream.event().type()).isEqualTo("connected");
            return stream.event().data();
        }
    }

    private static String login(Map<String, String> claims) {
        return token("ann", Instant.now().plus(Duration.ofMinutes(10)), claims, ALL);
    }

    private static JsonNode history(String channel, String query) {
        return Wire.get(node.port(), "/v1/channels/" + channel + "/history" + query, anybody)
                .json();
    }

    private static void publish(String channel, String type, String data) {
        Reply reply = Wire.post(
                node.port(),
                "/v1/channels/" + channel + "/events",
                anybody,
                "{\"type\":\"" + type + "\",\"data\":" + data + "}");
        assertThat(reply.status()).as(reply.toString()).isEqualTo(201);
    }

    private static long offset(Cursor cursor, String channel) {
        return ((Cursor.At) cursor.find(ChannelName.of(channel))).position().offset();
    }

    private static String cursor(String channel, long offset) {
        return Cursor.of(ChannelName.of(channel), new Position(new Epoch(node.epoch()), offset));
    }
}
