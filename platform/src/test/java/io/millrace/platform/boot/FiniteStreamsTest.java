package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.platform.boot.Wire.Reply;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.CursorGroup;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Position;
import io.millrace.protocol.SseParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Streams that end: of tokens, of a job's progress. Whoever listens hears the end once, whenever it comes. */
@ExtendWith(RunningNode.Extension.class)
class FiniteStreamsTest {
    private static RunningNode node;
    private static String anybody;

    @BeforeAll
    static void start(RunningNode running) {
        node = running;
        anybody = token("ann", "doors:*:subscribe,publish,history");
    }

    @Test
    void aListenerHearsTheEndAndTheResponseEnds() throws Exception {
        try (Wire stream = Wire.stream(node.port(), "/v1/channels/doors:end1/events", anybody)) {
            assertThat(stream.event().type()).isEqualTo("connected");
            publish("doors:end1", "{\"type\":\"t.x\",\"data\":1}");
            Reply ended = complete("doors:end1", "{\"data\":{\"tokens\":2}}");
            assertThat(ended.status()).isEqualTo(201);
            assertThat(ended.json().path("offset").asInt()).isEqualTo(2);
            assertThat(stream.event().data()).isEqualTo("1");
            SseParser.Message end = stream.event();
            assertThat(end.type()).isEqualTo("complete");
            assertThat(end.data()).isEqualTo("{\"channel\":\"doors:end1\",\"offset\":2,\"data\":{\"tokens\":2}}");
            assertThat(end.lastEventId()).isEqualTo(ended.json().path("id").asText());
            assertThat(stream.event()).as("the response has ended").isNull();
        }
    }

    @Test
    void whoComesBackWithTheEndIsToldToStayAway() {
        publish("doors:end2", "{\"type\":\"t.x\",\"data\":1}");
        complete("doors:end2", "{}");
        String path = "/v1/channels/doors:end2/events";
        Reply reply = Wire.call(node.port(), "GET", path, anybody, null, "Last-Event-ID: " + cursor("doors:end2", 2));
        assertThat(reply.status()).isEqualTo(204);
        assertThat(reply.body()).isEmpty();
        assertThat(messages(path, cursor("doors:end2", 1)))
                .extracting(SseParser.Message::type)
                .containsExactly("connected", "complete");
    }

    @Test
    void whoComesLaterHearsTheHistoryAndTheEnd() throws Exception {
        for (int i = 1; i <= 3; i++) {
            publish("doors:end3", "{\"type\":\"t.x\",\"data\":" + i + "}");
        }
        complete("doors:end3", "{\"problem\":{\"detail\":\"out of memory\",\"code\":\"oom\"},\"data\":{\"after\":3}}");
        List<SseParser.Message> all = messages("/v1/channels/doors:end3/events?from=earliest", null);
        assertThat(all)
                .extracting(SseParser.Message::type)
                .containsExactly("connected", "t.x", "t.x", "t.x", "problem");
        JsonNode standing = json(all.get(0)).path("channels").get(0);
        assertThat(standing.path("complete").asBoolean()).isTrue();
        assertThat(standing.path("head").asInt()).isEqualTo(4);
        JsonNode problem = json(all.get(4));
        assertThat(problem.path("code").asText()).isEqualTo("stream-failed");
        assertThat(problem.path("retry").asBoolean(true)).isFalse();
        assertThat(problem.path("detail").asText()).isEqualTo("out of memory");
        assertThat(problem.path("reason").asText()).isEqualTo("oom");
        assertThat(problem.path("data").path("after").asInt()).isEqualTo(3);
        assertThat(messages("/v1/channels/doors:end3/events", null))
                .as("whoever wants only what is new hears that nothing will be")
                .extracting(SseParser.Message::type)
                .containsExactly("connected", "problem");
        assertThat(messages("/v1/channels/doors:end3/events?from=" + cursor("doors:end3", 4), null))
                .as("nothing is left, and that is told by connected")
                .extracting(SseParser.Message::type)
                .containsExactly("connected");
    }

    @Test
    void nothingCanBeAddedButTheSameKeyGetsItsReceipt() {
        String events = "/v1/channels/doors:end4/events";
        Wire.post(node.port(), events, anybody, "{\"type\":\"t.x\",\"data\":1}", "Idempotency-Key: a");
        Reply ended = complete("doors:end4", "{\"data\":9}", "Idempotency-Key: e");
        Reply late = Wire.post(node.port(), events, anybody, "{\"type\":\"t.x\",\"data\":2}");
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.code()).isEqualTo("channel-complete");
        assertThat(late.json().path("detail").asText()).contains("offset 2");
        assertThat(complete("doors:end4", "{}").code()).isEqualTo("channel-complete");
        Reply again = complete("doors:end4", "{\"data\":9,\"key\":\"e\"}");
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.json().path("duplicate").asBoolean()).isTrue();
        assertThat(again.json().path("id")).isEqualTo(ended.json().path("id"));
        assertThat(complete("doors:end4", "{\"data\":8,\"key\":\"e\"}").code()).isEqualTo("idempotency-conflict");
        Reply known = Wire.post(node.port(), events, anybody, "{\"type\":\"t.x\",\"data\":1,\"key\":\"a\"}");
        assertThat(known.json().path("offset").asInt()).isEqualTo(1);
    }

    @Test
    void aConnectionOnSeveralChannelsEndsWithTheLastOfThem() throws Exception {
        String path = "/v1/events?channel=doors:end5a&channel=doors:end5b";
        List<String> ids = new ArrayList<>();
        try (Wire stream = Wire.stream(node.port(), path, anybody)) {
            stream.event();
            complete("doors:end5a", "{}");
            SseParser.Message first = stream.event();
            assertThat(json(first).path("channel").asText()).isEqualTo("doors:end5a");
            ids.add(first.lastEventId());
            publish("doors:end5b", "{\"type\":\"t.x\",\"data\":1}");
            assertThat(stream.event().type()).isEqualTo("t.x");
            complete("doors:end5b", "{}");
            SseParser.Message last = stream.event();
            assertThat(json(last).path("channel").asText()).isEqualTo("doors:end5b");
            assertThat(stream.event()).isNull();
            ids.add(last.lastEventId());
        }
        assertThat(messages(path, ids.get(0)))
                .as("from the first end on")
                .extracting(SseParser.Message::type)
                .containsExactly("connected", "t.x", "complete");
        assertThat(Wire.call(node.port(), "GET", path, anybody, null, "Last-Event-ID: " + ids.get(1))
                        .status())
                .isEqualTo(204);
        CursorGroup foreign = new CursorGroup(
                new Epoch(node.epoch()), new TreeSet<>(List.of(ChannelName.of("doors:x"), ChannelName.of("doors:y"))));
        assertThat(messages(path, foreign.text()))
                .extracting(SseParser.Message::type)
                .startsWith("reset", "reset", "connected")
                .containsExactlyInAnyOrder("reset", "reset", "connected", "complete", "t.x", "complete");
    }

    @Test
    void aWebSocketHearsTheEndAndGoesOnWithoutTheChannel() {
        publish("doors:end6", "{\"type\":\"t.x\",\"data\":1}");
        try (Wire client = Wire.socket(node.port(), anybody)) {
            client.hear("connected");
            client.say("{\"type\":\"subscribe\",\"channel\":\"doors:end6\",\"from\":\"earliest\"}");
            assertThat(client.hear("subscribed").has("complete")).isFalse();
            client.hear("event");
            complete("doors:end6", "{\"data\":7}");
            JsonNode end = client.hear("complete");
            assertThat(end.path("channel").asText()).isEqualTo("doors:end6");
            assertThat(end.path("id").asText()).isEqualTo(cursor("doors:end6", 2));
            assertThat(end.path("data").asInt()).isEqualTo(7);
            client.say("{\"type\":\"subscribe\",\"ref\":2,\"channel\":\"doors:end6\"}");
            assertThat(client.hear("subscribed", "problem").path("complete").asBoolean())
                    .as("the channel can be subscribed to again")
                    .isTrue();
            assertThat(client.hear("complete").path("offset").asInt()).isEqualTo(2);
            client.say("{\"type\":\"ping\",\"ref\":3}");
            client.hear("pong");
        }
    }

    @Test
    void historyAndLongPollSayThatTheEndIsReached() {
        for (int i = 1; i <= 3; i++) {
            publish("doors:end7", "{\"type\":\"t.x\",\"data\":" + i + "}");
        }
        complete("doors:end7", "{\"data\":true}");
        JsonNode first = Wire.get(node.port(), "/v1/channels/doors:end7/history?limit=2", anybody)
                .json();
        assertThat(first.has("complete")).isFalse();
        JsonNode last = Wire.get(node.port(), "/v1/channels/doors:end7/history?after=2", anybody)
                .json();
        assertThat(last.path("complete").asBoolean()).isTrue();
        JsonNode end = last.path("events").get(1);
        assertThat(end.path("type").asText()).isEqualTo("complete");
        assertThat(end.path("data").asBoolean()).isTrue();
        long began = System.nanoTime();
        JsonNode nothing = Wire.get(node.port(), "/v1/channels/doors:end7/history?after=4&wait=10", anybody)
                .json();
        assertThat(nothing.path("complete").asBoolean()).isTrue();
        assertThat(System.nanoTime() - began).as("nobody waits for nothing").isLessThan(5_000_000_000L);
    }

    /** Several models write into one answer, token by token; a listener is cut off again and again in the middle. */
    @Test
    void tokensOfSeveralModelsArriveOnceAndInOrderOverManyCuts() throws Exception {
        String channel = "doors:answer";
        List<String> models = List.of("large", "small", "judge");
        Thread[] producers = new Thread[models.size()];
        for (int m = 0; m < producers.length; m++) {
            String model = models.get(m);
            producers[m] = new Thread(() -> produce(channel, model));
            producers[m].start();
        }
        Thread finisher = new Thread(() -> {
            for (Thread producer : producers) {
                join(producer);
            }
            complete(channel, "{\"data\":{\"models\":3}}");
        });
        finisher.start();
        List<SseParser.Message> heard = new ArrayList<>();
        Random random = new Random(7);
        String id = cursor(channel, 0);
        boolean over = false;
        int cuts = 0;
        while (!over) {
            try (Wire stream =
                    Wire.stream(node.port(), "/v1/channels/" + channel + "/events", anybody, "Last-Event-ID: " + id)) {
                assertThat(stream.event().type()).isEqualTo("connected");
                for (int left = 1 + random.nextInt(12); left > 0 && !over; left--) {
                    SseParser.Message message = stream.event();
                    id = message.lastEventId();
                    heard.add(message);
                    over = message.type().equals("complete");
                }
                cuts++;
            }
        }
        join(finisher);
        assertThat(cuts).isGreaterThan(5);
        assertThat(heard).hasSize(3 * 31 + 1);
        for (String model : models) {
            List<SseParser.Message> of = heard.stream()
                    .filter(message -> message.data().contains("\"" + model + "\""))
                    .toList();
            for (int i = 0; i < 30; i++) {
                assertThat(json(of.get(i)).path("chunk").asText()).isEqualTo("token " + i);
            }
            assertThat(json(of.get(30)).path("score").asDouble()).isEqualTo(0.5);
        }
        assertThat(Wire.call(
                                node.port(),
                                "GET",
                                "/v1/channels/" + channel + "/events",
                                anybody,
                                null,
                                "Last-Event-ID: " + id)
                        .status())
                .isEqualTo(204);
    }

    private static void produce(String channel, String model) {
        for (int i = 0; i < 30; i++) {
            publish(
                    channel,
                    "{\"type\":\"token\",\"data\":{\"model\":\"" + model + "\",\"chunk\":\"token " + i + "\"}}");
        }
        publish(channel, "{\"type\":\"scored\",\"data\":{\"model\":\"" + model + "\",\"score\":0.5}}");
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    private static List<SseParser.Message> messages(String path, String lastEventId) {
        String[] headers = lastEventId == null ? new String[0] : new String[] {"Last-Event-ID: " + lastEventId};
        try (Wire stream = Wire.stream(node.port(), path, anybody, headers)) {
            List<SseParser.Message> all = new ArrayList<>();
            for (SseParser.Message next = stream.event(); next != null; next = stream.event()) {
                all.add(next);
            }
            return all;
        }
    }

    private static void publish(String channel, String event) {
        Reply reply = Wire.post(node.port(), "/v1/channels/" + channel + "/events", anybody, event);
        assertThat(reply.status()).as(reply.toString()).isEqualTo(201);
    }

    private static Reply complete(String channel, String body, String... headers) {
        return Wire.post(node.port(), "/v1/channels/" + channel + "/complete", anybody, body, headers);
    }

    private static JsonNode json(SseParser.Message message) throws IOException {
        return Wire.JSON.readTree(message.data());
    }

    private static String cursor(String channel, long offset) {
        return Cursor.of(ChannelName.of(channel), new Position(new Epoch(node.epoch()), offset));
    }
}
