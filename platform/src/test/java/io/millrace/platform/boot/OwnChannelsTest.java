package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.protocol.SseParser;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a login hears without asking for it by name, and how it is addressed. */
@ExtendWith(RunningNode.Extension.class)
class OwnChannelsTest {
    private static final String EVENT = "{\"type\":\"t.x\",\"data\":%s}";

    private static RunningNode node;
    private static String sender;

    @BeforeAll
    static void start(RunningNode running) {
        node = running;
        sender = token("sender", "user:*:publish", "entity:*:publish", "global:publish");
    }

    @Test
    void aStreamWithoutAChannelIsTheLoginsOwn() throws Exception {
        try (Wire stream = Wire.stream(node.port(), "/v1/events", RunningNode.entityToken("own1", "acme1"))) {
            assertThat(channels(stream.event())).containsExactly("global", "user:own1", "entity:acme1");
            publish("/v1/users/own1/events", 1);
            assertThat(stream.event().data()).isEqualTo("1");
            publish("/v1/entities/acme1/events", 2);
            SseParser.Message second = stream.event();
            assertThat(second.data()).isEqualTo("2");
            publish("/v1/broadcast/events", 3);
            assertThat(stream.event().data()).isEqualTo("3");
            try (Wire again = Wire.stream(
                    node.port(),
                    "/v1/events",
                    RunningNode.entityToken("own1", "acme1"),
                    "Last-Event-ID: " + second.lastEventId())) {
                assertThat(again.event().type()).isEqualTo("connected");
                assertThat(again.event().data()).isEqualTo("3");
            }
        }
    }

    @Test
    void ownChannelsCanBeHadBesideOthersAndWithoutTheDenied() throws Exception {
        String token = token("own2", "doors:*:subscribe", "!global:subscribe");
        try (Wire stream = Wire.stream(node.port(), "/v1/events?own=true&channel=doors:own", token)) {
            assertThat(channels(stream.event())).containsExactly("doors:own", "user:own2");
        }
        assertThat(Wire.get(node.port(), "/v1/events?own=false", token("own3", "!*:subscribe"))
                        .code())
                .isEqualTo("forbidden");
    }

    @Test
    void aSocketSubscribesToAllItsOwnWithOneMessage() {
        try (Wire client = Wire.socket(node.port(), RunningNode.entityToken("own4", "acme4"))) {
            client.say("{\"type\":\"subscribe\",\"own\":true,\"ref\":1}");
            TreeSet<String> subscribed = new TreeSet<>();
            for (int i = 0; i < 3; i++) {
                JsonNode answer = client.hear("subscribed");
                assertThat(answer.path("ref").asInt()).isEqualTo(1);
                subscribed.add(answer.path("channel").asText());
            }
            assertThat(subscribed).containsExactly("entity:acme4", "global", "user:own4");
            publish("/v1/users/own4/events", 4);
            assertThat(client.hear("event").path("channel").asText()).isEqualTo("user:own4");
            client.say("{\"type\":\"subscribe\",\"own\":true,\"ref\":2}");
            assertThat(client.hear("problem").path("ref").asInt()).isEqualTo(2);
            client.say("{\"type\":\"subscribe\",\"own\":true,\"channel\":\"global\",\"ref\":3}");
            assertThat(client.hear("problem").path("code").asText()).isEqualTo("invalid-message");
        }
    }

    @Test
    void theLoginOrTheHandshakeCanAskForItAtOnce() {
        try (Wire client = Wire.socket(node.port(), null)) {
            client.say("{\"type\":\"authenticate\",\"ref\":7,\"own\":true,\"token\":\"" + token("own5") + "\"}");
            client.hear("authenticated");
            assertThat(client.hear("subscribed").path("ref").asInt()).isEqualTo(7);
            assertThat(client.hear("subscribed").path("ref").asInt()).isEqualTo(7);
        }
        try (Wire client = Wire.socket(node.port(), token("own6"), "?own=true")) {
            client.hear("connected");
            assertThat(client.hear("subscribed").has("ref")).isFalse();
        }
    }

    private static void publish(String path, int data) {
        Wire.Reply reply = Wire.post(node.port(), path, sender, EVENT.formatted(data));
        assertThat(reply.status()).as("%s", reply).isEqualTo(201);
    }

    private static List<String> channels(SseParser.Message connected) throws Exception {
        assertThat(connected.type()).isEqualTo("connected");
        List<String> channels = new ArrayList<>();
        Wire.JSON
                .readTree(connected.data())
                .path("channels")
                .forEach(each -> channels.add(each.path("channel").asText()));
        return channels;
    }
}
