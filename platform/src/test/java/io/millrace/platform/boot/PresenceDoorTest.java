package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.protocol.SseParser;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who is on a channel, at real sockets; the family {@code room} has presence on. */
@ExtendWith(RunningNode.Extension.class)
class PresenceDoorTest {
    private static final String MAY = "room:*:subscribe,presence";
    private static final Duration SOON = Duration.ofSeconds(2);

    private static RunningNode node;

    @BeforeAll
    static void start(RunningNode running) {
        node = running;
    }

    @Test
    void twoConnectionsOfAUserAreOnePresenceUntilBothHaveLeft() throws Exception {
        String path = "/v1/channels/room:a/events";
        try (Wire watcher = Wire.stream(node.port(), path + "?presence=true", token("wanda", MAY))) {
            JsonNode state = presence(watcher);
            assertThat(state.path("action").asText()).isEqualTo("state");
            assertThat(state.path("count").asInt()).isEqualTo(1);
            assertThat(state.path("users").get(0).path("userId").asText()).isEqualTo("wanda");
            String ann = token("ann-a", MAY);
            Wire first = Wire.stream(node.port(), path, ann);
            JsonNode joined = presence(watcher);
            assertThat(joined.path("action").asText()).isEqualTo("join");
            assertThat(joined.path("userId").asText()).isEqualTo("ann-a");
            Wire second = Wire.socket(node.port(), ann);
            second.say("{\"type\":\"subscribe\",\"channel\":\"room:a\"}");
            second.hear("subscribed");
            await().atMost(SOON).untilAsserted(() -> assertThat(who("room:a").findValuesAsText("connections"))
                    .containsExactly("2", "1"));
            first.close();
            await().atMost(SOON).untilAsserted(() -> assertThat(who("room:a").findValuesAsText("connections"))
                    .containsExactly("1", "1"));
            second.say("{\"type\":\"unsubscribe\",\"channel\":\"room:a\"}");
            JsonNode left = presence(watcher);
            assertThat(left.path("action").asText())
                    .as("nothing came in between")
                    .isEqualTo("leave");
            assertThat(left.path("userId").asText()).isEqualTo("ann-a");
            JsonNode page = get("/v1/channels/room:a/presence?away=true");
            assertThat(page.path("users").findValuesAsText("userId")).containsExactly("wanda");
            assertThat(page.path("away").findValuesAsText("userId")).containsExactly("ann-a");
            second.close();
        }
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(who("room:a").path("count").asInt()).isZero());
    }

    @Test
    void aSocketHearsWhoIsThereAndCanAsk() {
        try (Wire client = Wire.socket(node.port(), token("sue", MAY))) {
            client.say("{\"type\":\"subscribe\",\"channel\":\"room:b\",\"presence\":true}");
            assertThat(client.hear("presence").path("action").asText()).isEqualTo("state");
            try (Wire other = Wire.stream(node.port(), "/v1/events?channel=room:b", token("tom", MAY))) {
                assertThat(client.hear("presence").path("action").asText()).isEqualTo("join");
                client.say("{\"type\":\"presence\",\"ref\":5,\"channel\":\"room:b\"}");
                JsonNode told = client.hear("presence");
                assertThat(told.path("ref").asInt()).isEqualTo(5);
                assertThat(told.path("users").findValuesAsText("userId")).containsExactlyInAnyOrder("sue", "tom");
            }
            assertThat(client.hear("presence").path("action").asText()).isEqualTo("leave");
        }
    }

    @Test
    void presenceNeedsItsOwnGrantAndAFamilyThatKeepsIt() {
        String listener = token("lisa", "room:*:subscribe", "doors:*:presence,subscribe");
        assertThat(Wire.get(node.port(), "/v1/channels/room:c/presence", listener)
                        .code())
                .isEqualTo("forbidden");
        assertThat(Wire.get(node.port(), "/v1/channels/room:c/events?presence=true", listener)
                        .code())
                .isEqualTo("forbidden");
        assertThat(Wire.get(node.port(), "/v1/channels/doors:c/presence", listener)
                        .code())
                .isEqualTo("not-found");
        assertThat(Wire.get(node.port(), "/v1/channels/doors:c/events?presence=true", listener)
                        .code())
                .isEqualTo("not-found");
        try (Wire client = Wire.socket(node.port(), listener)) {
            for (String message : List.of(
                    "{\"type\":\"presence\",\"channel\":\"room:c\"}",
                    "{\"type\":\"subscribe\",\"presence\":true,\"channel\":\"room:c\"}")) {
                client.say(message);
                assertThat(client.hear("problem", "subscribed").path("code").asText())
                        .isEqualTo("forbidden");
            }
            client.say("{\"type\":\"presence\",\"channel\":\"doors:c\"}");
            assertThat(client.hear("problem").path("code").asText()).isEqualTo("not-found");
        }
    }

    private static JsonNode who(String channel) {
        return get("/v1/channels/" + channel + "/presence");
    }

    private static JsonNode get(String path) {
        Wire.Reply reply = Wire.get(node.port(), path, token("clerk", "room:*:presence"));
        assertThat(reply.status()).as("%s", reply).isEqualTo(200);
        return reply.json();
    }

    private static JsonNode presence(Wire stream) throws Exception {
        SseParser.Message message = stream.event();
        while (message.type().equals("connected")) {
            message = stream.event();
        }
        assertThat(message.type()).isEqualTo("presence");
        return Wire.JSON.readTree(message.data());
    }
}
