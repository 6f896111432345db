package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.platform.boot.Wire.Reply;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Position;
import io.millrace.protocol.SseParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Commands, states, and streams that begin with a state, at real sockets. */
@ExtendWith(RunningNode.Extension.class)
class CommandsTest {
    private static RunningNode node;
    private static String anybody;

    @BeforeAll
    static void start(RunningNode running) {
        node = running;
        anybody = token(
                "ann",
                "boards:*:subscribe,publish,command,history",
                "docs:*:subscribe,command",
                "counters:*:subscribe,publish,command",
                "doors:*:subscribe,publish,command");
    }

    @Test
    void aCommandIsAnsweredWithThePlacesOfItsEvents() {
        JsonNode done = command("boards:1", "set", "{\"data\":{\"key\":\"a\",\"value\":[1]},\"id\":\"c1\"}")
                .json();
        assertThat(done.path("channel").asText()).isEqualTo("boards:1");
        assertThat(done.path("command").asText()).isEqualTo("set");
        assertThat(done.path("commandId").asText()).isEqualTo("c1");
        assertThat(done.path("epoch").asText()).isEqualTo(node.epoch());
        assertThat(done.path("offset").asInt()).isEqualTo(1);
        assertThat(done.path("firstOffset").asInt()).isEqualTo(1);
        assertThat(done.path("events").asInt()).isEqualTo(1);
        assertThat(done.path("id").asText()).isEqualTo(cursor("boards:1", 1));
        JsonNode again = command("boards:1", "set", "{\"data\":{\"key\":\"a\",\"value\":[1]}}", "Idempotency-Key: c1")
                .json();
        assertThat(again.path("duplicate").asBoolean()).isTrue();
        assertThat(again.path("id")).isEqualTo(done.path("id"));
        assertThat(command("boards:1", "set", "{\"data\":{\"key\":\"a\",\"value\":2},\"id\":\"c1\"}")
                        .code())
                .isEqualTo("idempotency-conflict");
        JsonNode state =
                Wire.get(node.port(), "/v1/channels/boards:1/state", anybody).json();
        assertThat(state.path("offset").asInt()).isEqualTo(1);
        assertThat(state.path("id")).isEqualTo(done.path("id"));
        assertThat(state.path("data")).hasToString("{\"a\":[1]}");
        JsonNode event = Wire.get(node.port(), "/v1/channels/boards:1/history", anybody)
                .json()
                .path("events")
                .get(0);
        assertThat(event.path("type").asText()).isEqualTo("value.set");
    }

    @Test
    void commandsAndPublishesHoldToAnExpectedOffset() {
        assertThat(command("docs:1", "put", "{\"data\":{\"n\":1},\"expectedOffset\":0}")
                        .status())
                .isEqualTo(201);
        Reply late = command("docs:1", "patch", "{\"data\":{\"n\":2},\"expectedOffset\":0}");
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.code()).isEqualTo("offset-conflict");
        assertThat(late.json().path("detail").asText()).contains("head is 1");
        assertThat(command("docs:1", "patch", "{\"data\":{\"n\":2},\"expectedOffset\":1}")
                        .status())
                .isEqualTo(201);
        String events = "/v1/channels/boards:exp/events?expectedOffset=";
        String event = "{\"type\":\"t.x\",\"data\":1}";
        assertThat(Wire.post(node.port(), events + 0, anybody, event).status()).isEqualTo(201);
        assertThat(Wire.post(node.port(), events + 0, anybody, event).code()).isEqualTo("offset-conflict");
        assertThat(Wire.post(node.port(), events + "x", anybody, event).code()).isEqualTo("invalid-parameter");
    }

    @Test
    void whatCannotBeDoneIsSaid() {
        assertThat(command("boards:2", "shuffle", "{}").code()).isEqualTo("unknown-command");
        assertThat(command("doors:cmd", "set", "{}").code()).isEqualTo("unknown-command");
        assertThat(command("boards:2", "set", "{\"data\":7}").status()).isEqualTo(422);
        assertThat(command("boards:2", "set", "{\"data\":7}").code()).isEqualTo("command-refused");
        assertThat(command("boards:2", "a%20b", "{}").code()).isEqualTo("invalid-request");
        assertThat(command("boards:2", "clear", "").status())
                .as("no body at all")
                .isEqualTo(201);
        Reply none = Wire.get(node.port(), "/v1/channels/doors:cmd/state", anybody);
        assertThat(none.status()).isEqualTo(404);
        assertThat(none.code()).isEqualTo("no-state");
        assertThat(Wire.get(node.port(), "/v1/channels/doors:cmd/events?from=state", anybody)
                        .code())
                .isEqualTo("no-state");
        String publisher = token("bob", "boards:*:publish,subscribe");
        assertThat(Wire.post(node.port(), "/v1/channels/boards:2/commands/clear", publisher, "{}")
                        .code())
                .as("publishing doesn't cover commands")
                .isEqualTo("forbidden");
        String commander = token("bob", "boards:*:command");
        assertThat(Wire.get(node.port(), "/v1/channels/boards:2/state", commander)
                        .code())
                .isEqualTo("forbidden");
        assertThat(Wire.post(node.port(), "/v1/channels/boards:done/complete", anybody, "{}")
                        .status())
                .isEqualTo(201);
        assertThat(command("boards:done", "set", "{\"data\":{\"key\":\"a\",\"value\":1}}")
                        .code())
                .isEqualTo("channel-complete");
    }

    @Test
    void aServicesOwnBehaviourDecidesAndReplies() {
        assertThat(command("counters:1", "add", "{\"data\":5}")
                        .json()
                        .path("reply")
                        .asInt())
                .isEqualTo(5);
        Reply refused = command("counters:1", "add", "{\"data\":-6}");
        assertThat(refused.code()).isEqualTo("command-refused");
        assertThat(refused.json().path("detail").asText()).isEqualTo("the sum is 5");
        assertThat(command("counters:1", "fail", "{}").code()).isEqualTo("internal-error");
        assertThat(command("counters:1", "add", "{\"data\":-5}")
                        .json()
                        .path("reply")
                        .asInt())
                .isZero();
    }

    @Test
    void aWebSocketCommandsAndBeginsWithTheState() {
        command("boards:ws", "set", "{\"data\":{\"key\":\"a\",\"value\":1}}");
        try (Wire client = Wire.socket(node.port(), anybody)) {
            client.hear("connected");
            client.say("{\"type\":\"subscribe\",\"ref\":1,\"channel\":\"boards:ws\",\"from\":\"state\"}");
            JsonNode state = client.hear("state", "subscribed");
            assertThat(state.path("type").asText()).isEqualTo("state");
            assertThat(state.path("id").asText()).isEqualTo(cursor("boards:ws", 1));
            assertThat(state.path("data")).hasToString("{\"a\":1}");
            assertThat(client.hear("subscribed").path("id")).isEqualTo(state.path("id"));
            client.say(
                    "{\"type\":\"command\",\"ref\":2,\"channel\":\"boards:ws\",\"name\":\"set\",\"data\":{\"key\":\"b\",\"value\":2},\"expectedOffset\":1}");
            JsonNode one = client.hear("commanded", "event");
            JsonNode other = client.hear("commanded", "event");
            JsonNode done = one.path("type").asText().equals("commanded") ? one : other;
            JsonNode event = done == one ? other : one;
            assertThat(done.path("ref").asInt()).isEqualTo(2);
            assertThat(done.path("offset").asInt()).isEqualTo(2);
            assertThat(event.path("event").asText()).isEqualTo("value.set");
            client.say("{\"type\":\"command\",\"ref\":3,\"channel\":\"boards:ws\",\"name\":\"nope\"}");
            assertThat(client.hear("problem").path("code").asText()).isEqualTo("unknown-command");
            client.say("{\"type\":\"subscribe\",\"ref\":4,\"channel\":\"doors:ws9\",\"from\":\"state\"}");
            JsonNode none = client.hear("problem", "subscribed");
            assertThat(none.path("code").asText()).isEqualTo("no-state");
            assertThat(none.path("ref").asInt()).isEqualTo(4);
            client.say("{\"type\":\"subscribe\",\"ref\":5,\"channel\":\"doors:ws9\"}");
            assertThat(client.hear("problem", "subscribed").path("ref").asInt()).isEqualTo(5);
        }
    }

    /** Many writers, and clients that come in the middle: state plus changes is always the same as everything. */
    @Test
    void aStateAndTheChangesAfterItAreExactWhileOthersWrite() throws Exception {
        String channel = "boards:busy";
        int writers = 4;
        int each = 60;
        ExecutorService pool = Executors.newFixedThreadPool(writers + 6);
        AtomicInteger done = new AtomicInteger();
        List<CompletableFuture<Void>> writing = new ArrayList<>();
        for (int w = 0; w < writers; w++) {
            int writer = w;
            writing.add(CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < each; i++) {
                            Reply reply = i % 7 == 6
                                    ? command(channel, "delete", "{\"data\":{\"key\":\"" + writer + "\"}}")
                                    : command(
                                            channel,
                                            "set",
                                            "{\"data\":{\"key\":\"" + writer + "\",\"value\":" + i + "}}");
                            assertThat(reply.status()).as(reply.toString()).isEqualTo(201);
                            done.incrementAndGet();
                        }
                    },
                    pool));
        }
        int total = writers * each;
        List<CompletableFuture<JsonNode>> listening = new ArrayList<>();
        for (int r = 0; r < 6; r++) {
            int wait = r * total / 8;
            listening.add(CompletableFuture.supplyAsync(
                    () -> {
                        while (done.get() < wait) {
                            Thread.onSpinWait();
                        }
                        return stateAndChanges(channel, total);
                    },
                    pool));
        }
        for (CompletableFuture<Void> each1 : writing) {
            each1.get(60, TimeUnit.SECONDS);
        }
        JsonNode last = Wire.get(node.port(), "/v1/channels/" + channel + "/state", anybody)
                .json();
        assertThat(last.path("offset").asInt()).isEqualTo(total);
        for (CompletableFuture<JsonNode> heard : listening) {
            assertThat(heard.get(60, TimeUnit.SECONDS)).isEqualTo(last.path("data"));
        }
        pool.shutdown();
    }

    /** What a client makes of the state and every change up to {@code last}, each of which must be the very next. */
    private static JsonNode stateAndChanges(String channel, long last) {
        try (Wire stream = Wire.stream(node.port(), "/v1/channels/" + channel + "/events?from=state", anybody)) {
            SseParser.Message first = stream.event();
            assertThat(first.type()).isEqualTo("state");
            JsonNode state = Wire.JSON.readTree(first.data());
            long offset = state.path("offset").asLong();
            assertThat(first.lastEventId()).isEqualTo(cursor(channel, offset));
            assertThat(stream.event().type()).isEqualTo("connected");
            ObjectNode values = (ObjectNode) state.path("data");
            while (offset < last) {
                SseParser.Message change = stream.event();
                offset++;
                assertThat(change.lastEventId()).isEqualTo(cursor(channel, offset));
                JsonNode data = Wire.JSON.readTree(change.data());
                if (change.type().equals("value.set")) {
                    values.set(data.path("key").asText(), data.path("value"));
                } else {
                    values.remove(data.path("key").asText());
                }
            }
            return values;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Reply command(String channel, String name, String body, String... headers) {
        return Wire.post(node.port(), "/v1/channels/" + channel + "/commands/" + name, anybody, body, headers);
    }

    private static String cursor(String channel, long offset) {
        return Cursor.of(ChannelName.of(channel), new Position(new Epoch(node.epoch()), offset));
    }
}
