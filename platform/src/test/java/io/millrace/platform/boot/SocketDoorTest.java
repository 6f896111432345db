package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Position;
import io.millrace.protocol.WsClientFrames;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Conversations over WebSocket, frame by frame, with the product as production starts it. */
@ExtendWith(RunningNode.Extension.class)
class SocketDoorTest {
    private static final String ALL = "doors:*:subscribe,publish,history";

    private static RunningNode node;
    private static String anybody;

    @BeforeAll
    static void start(RunningNode running) {
        node = running;
        anybody = token("ann", ALL);
    }

    @Test
    void aLoginSubscriptionPublishAndEventInOneConversation() {
        try (Wire client = Wire.socket(node.port(), null)) {
            client.say("{\"type\":\"authenticate\",\"ref\":1,\"token\":\"" + anybody + "\"}");
            JsonNode login = client.hear("authenticated");
            assertThat(login.path("ref").asInt()).isEqualTo(1);
            assertThat(login.path("userId").asText()).isEqualTo("ann");
            client.say("{\"type\":\"subscribe\",\"ref\":\"s\",\"channel\":\"doors:ws\"}");
            JsonNode subscribed = client.hear("subscribed");
            assertThat(subscribed.path("ref").asText()).isEqualTo("s");
            assertThat(subscribed.path("head").asInt()).isZero();
            assertThat(subscribed.path("id").asText()).isEqualTo(cursor("doors:ws", 0));
            client.say(
                    "{\"type\":\"publish\",\"ref\":3,\"channel\":\"doors:ws\",\"event\":{\"type\":\"a.b\",\"data\":7,\"key\":\"k\"}}");
            JsonNode first = client.hear("published", "event");
            JsonNode second = client.hear("published", "event");
            JsonNode event = first.path("type").asText().equals("event") ? first : second;
            JsonNode published = event == first ? second : first;
            assertThat(published.path("results").get(0).path("offset").asInt()).isEqualTo(1);
            assertThat(event.path("event").asText()).isEqualTo("a.b");
            assertThat(event.path("data").asInt()).isEqualTo(7);
            assertThat(event.path("id").asText()).isEqualTo(cursor("doors:ws", 1));
            client.say("{\"type\":\"unsubscribe\",\"ref\":4,\"channel\":\"doors:ws\"}");
            assertThat(client.hear("unsubscribed").path("ref").asInt()).isEqualTo(4);
            client.say(
                    "{\"type\":\"publish\",\"ref\":5,\"channel\":\"doors:ws\",\"event\":{\"type\":\"a.b\",\"data\":8}}");
            client.hear("published");
            client.say("{\"type\":\"ping\",\"ref\":6}");
            assertThat(client.hear("pong", "event").path("type").asText()).isEqualTo("pong");
        }
    }

    @Test
    void aSubscriptionGoesOnFromACursor() {
        for (int i = 1; i <= 4; i++) {
            Wire.post(
                    node.port(), "/v1/channels/doors:wsback/events", anybody, "{\"type\":\"a.b\",\"data\":" + i + "}");
        }
        try (Wire client = Wire.socket(node.port(), anybody)) {
            client.hear("connected");
            client.say("{\"type\":\"subscribe\",\"channel\":\"doors:wsback\",\"from\":\"" + cursor("doors:wsback", 2)
                    + "\"}");
            assertThat(client.hear("subscribed").path("head").asInt()).isEqualTo(4);
            assertThat(client.hear("event").path("data").asInt()).isEqualTo(3);
            assertThat(client.hear("event").path("data").asInt()).isEqualTo(4);
        }
        try (Wire client = Wire.socket(node.port(), anybody)) {
            client.say("{\"type\":\"subscribe\",\"channel\":\"doors:wsback\",\"from\":\"" + cursor("doors:wsback", 77)
                    + "\"}");
            assertThat(client.hear("reset", "subscribed").path("reason").asText())
                    .isEqualTo("future");
            client.hear("subscribed");
            assertThat(client.hear("event").path("data").asInt()).isEqualTo(1);
        }
    }

    @Test
    void aRenewedLoginHearsOnlyWhatItStillMay() {
        try (Wire client = Wire.socket(node.port(), token("less", "doors:*:subscribe"))) {
            client.say("{\"type\":\"subscribe\",\"channel\":\"doors:kept\"}");
            client.hear("subscribed");
            client.say("{\"type\":\"subscribe\",\"channel\":\"doors:lost\"}");
            client.hear("subscribed");
            client.say("{\"type\":\"authenticate\",\"token\":\"" + token("less", "doors:kept:subscribe") + "\"}");
            assertThat(client.hear("problem").path("code").asText()).isEqualTo("forbidden");
            assertThat(client.hear("unsubscribed").path("channel").asText()).isEqualTo("doors:lost");
            client.hear("authenticated");
            Wire.post(node.port(), "/v1/channels/doors:lost/events", anybody, "{\"type\":\"a\",\"data\":1}");
            Wire.post(node.port(), "/v1/channels/doors:kept/events", anybody, "{\"type\":\"a\",\"data\":2}");
            assertThat(client.hear("event").path("data").asInt()).isEqualTo(2);
        }
    }

    @Test
    void wrongMessagesAreAnsweredAndTheConversationGoesOn() {
        try (Wire client = Wire.socket(node.port(), anybody)) {
            problem(client, "{\"type\":\"subscribe\",\"ref\":1,\"channel\":\"doors:a b\"}", "invalid-channel");
            problem(client, "{\"type\":\"subscribe\",\"ref\":1,\"channel\":\"$sys:x\"}", "reserved-channel");
            problem(client, "{\"type\":\"subscribe\",\"ref\":1,\"channel\":\"other:x\"}", "forbidden");
            problem(
                    client,
                    "{\"type\":\"subscribe\",\"ref\":1,\"channel\":\"doors:x\",\"from\":\"garbage\"}",
                    "invalid-parameter");
            problem(
                    client,
                    "{\"type\":\"publish\",\"ref\":1,\"channel\":\"doors:x\",\"event\":{\"type\":\"reset\",\"data\":1}}",
                    "invalid-type");
            problem(
                    client,
                    "{\"type\":\"publish\",\"ref\":1,\"channel\":\"doors:x\",\"event\":{\"type\":\"a\",\"data\":1,\"data\":2}}",
                    "invalid-json");
            problem(client, "{\"type\":\"shout\",\"ref\":1}", "invalid-message");
            problem(client, "not json", "invalid-json");
            client.say("{\"type\":\"subscribe\",\"ref\":1,\"channel\":\"doors:twice\"}");
            client.hear("subscribed");
            problem(client, "{\"type\":\"subscribe\",\"ref\":1,\"channel\":\"doors:twice\"}", "invalid-message");
            client.say("{\"type\":\"ping\",\"ref\":2}");
            assertThat(client.hear("pong").path("ref").asInt()).isEqualTo(2);
        }
    }

    @Test
    void beforeTheLoginOnlyTheLoginAndAPingAreTaken() {
        try (Wire client = Wire.socket(node.port(), null)) {
            problem(client, "{\"type\":\"subscribe\",\"ref\":1,\"channel\":\"doors:x\"}", "unauthenticated");
            problem(
                    client,
                    "{\"type\":\"publish\",\"ref\":1,\"channel\":\"doors:x\",\"event\":{\"type\":\"a\",\"data\":1}}",
                    "unauthenticated");
            client.say("{\"type\":\"ping\"}");
            client.hear("pong");
        }
    }

    @Test
    void whoDoesNotLogInInTimeIsCutOff() {
        try (Wire client = Wire.socket(node.port(), null)) {
            Wire.Frame close = client.closeFrame();
            assertThat(close.closeCode()).isEqualTo(4106);
            assertThat(close.closeReason()).isEqualTo("login-timeout");
        }
    }

    @Test
    void aFirstLoginThatDoesNotHoldEndsTheConnection() {
        try (Wire client = Wire.socket(node.port(), null)) {
            client.say("{\"type\":\"authenticate\",\"token\":\"garbage\"}");
            assertThat(client.hear("problem").path("code").asText()).isEqualTo("token-invalid");
            assertThat(client.closeFrame().closeCode()).isEqualTo(4501);
        }
    }

    @Test
    void aLoginMayBeRenewedByTheSameSubjectOnly() {
        try (Wire client = Wire.socket(node.port(), token("ann", Instant.now().plusSeconds(2), ALL))) {
            problem(
                    client,
                    "{\"type\":\"authenticate\",\"ref\":1,\"token\":\"" + token("eve", ALL) + "\"}",
                    "forbidden");
            client.say("{\"type\":\"authenticate\",\"ref\":2,\"token\":\""
                    + token("ann", Instant.now().plusSeconds(3), ALL) + "\"}");
            client.hear("authenticated");
            assertThat(client.hear("problem").path("code").asText()).isEqualTo("token-expired");
            assertThat(client.closeFrame().closeCode()).isEqualTo(4502);
        }
    }

    @Test
    void moreMessagesThanAllowedAreRefusedWithATime() {
        try (Wire client = Wire.socket(node.port(), anybody)) {
            client.hear("connected");
            for (int i = 0; i < 60; i++) {
                client.say("{\"type\":\"ping\",\"ref\":" + i + "}");
            }
            JsonNode problem = client.hear("problem");
            assertThat(problem.path("code").asText()).isEqualTo("rate-limited");
            assertThat(problem.path("ref").asInt()).isGreaterThanOrEqualTo(25);
            assertThat(problem.has("retryAfter")).isTrue();
        }
    }

    @Test
    void pingsAreAnsweredAndAClosingHandshakeIsCompleted() {
        try (Wire client = Wire.socket(node.port(), anybody)) {
            client.hear("connected");
            client.send(WsClientFrames.ping("beat".getBytes(StandardCharsets.US_ASCII)));
            Wire.Frame pong = client.frame();
            assertThat(pong.opcode()).isEqualTo(10);
            assertThat(pong.payload()).asString().isEqualTo("beat");
            client.send(WsClientFrames.close(1000, ""));
            assertThat(client.closeFrame().closeCode()).isEqualTo(1000);
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void framesThatBreakTheStandardEndTheConnectionWithTheirCode() {
        ends(1002, new byte[] {(byte) 0x81, 0x01, 'a'}, "unmasked");
        ends(1002, new byte[] {(byte) 0xC1, (byte) 0x81, 0, 0, 0, 0, 'a'}, "RSV1");
        ends(1002, new byte[] {(byte) 0x83, (byte) 0x81, 0, 0, 0, 0, 'a'}, "reserved opcode");
        ends(1002, new byte[] {0x09, (byte) 0x80, 0, 0, 0, 0}, "fragmented control");
        ends(1002, new byte[] {(byte) 0x80, (byte) 0x80, 0, 0, 0, 0}, "continuation of nothing");
        ends(1007, new byte[] {(byte) 0x81, (byte) 0x81, 0, 0, 0, 0, (byte) 0xff}, "not UTF-8");
        ends(1003, WsClientFrames.binary(new byte[3]), "binary");
        ends(1009, WsClientFrames.text(new byte[70_000]), "too large");
        ends(1009, new byte[] {(byte) 0x81, (byte) 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "2^62 bytes");
    }

    private static void ends(int closeCode, byte[] frame, String what) {
        try (Wire client = Wire.socket(node.port(), anybody)) {
            client.send(frame);
            assertThat(client.closeFrame().closeCode()).as(what).isEqualTo(closeCode);
        }
    }

    private static void problem(Wire client, String message, String code) {
        client.say(message);
        JsonNode problem = client.hear("problem");
        assertThat(problem.path("code").asText()).as(message).isEqualTo(code);
        if (message.contains("\"ref\":1") && !code.equals("invalid-json")) {
            assertThat(problem.path("ref").asInt()).as(message).isEqualTo(1);
        }
    }

    private static String cursor(String channel, long offset) {
        return Cursor.of(ChannelName.of(channel), new Position(new Epoch(node.epoch()), offset));
    }
}
