package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.platform.boot.Wire.Reply;
import io.millrace.protocol.SseParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A whole family over real sockets, out of a real database. */
@ExtendWith(RunningNode.Extension.class)
class WildcardTest {
    private static RunningNode node;
    private static String anybody;

    @BeforeAll
    static void start(RunningNode running) {
        node = running;
        anybody = token("ann", "wild:*:subscribe,publish,history");
    }

    @Test
    void aStreamOfManyChannelsGoesOnExactlyWhereItWasCut() throws Exception {
        int channels = 12;
        int each = 20;
        Thread publisher = new Thread(() -> {
            for (int i = 1; i <= each; i++) {
                for (int channel = 0; channel < channels; channel++) {
                    publish("wild:cut-" + channel, Integer.toString(i));
                }
            }
        });
        Random random = new Random(7);
        Map<String, List<Integer>> heard = new TreeMap<>();
        int count = 0;
        int cuts = 0;
        String id = null;
        try (Wire stream = Wire.stream(node.port(), "/v1/events?channel=wild:*", anybody)) {
            id = stream.event().lastEventId();
            assertThat(id).startsWith("w1.");
        }
        publisher.start();
        while (count < channels * each) {
            try (Wire stream = Wire.stream(node.port(), "/v1/events?channel=wild:*", anybody, "Last-Event-ID: " + id)) {
                SseParser.Message connected = stream.event();
                assertThat(connected.type()).isEqualTo("connected");
                for (int n = random.nextInt(9); n >= 0 && count < channels * each; n--) {
                    SseParser.Message event = stream.event();
                    JsonNode envelope = Wire.JSON.readTree(event.data());
                    id = event.lastEventId();
                    assertThat(envelope.path("id").asText()).isEqualTo(id);
                    String channel = envelope.path("channel").asText();
                    if (channel.startsWith("wild:cut-")) {
                        heard.computeIfAbsent(channel, name -> new ArrayList<>())
                                .add(envelope.path("data").asInt());
                        count++;
                    }
                }
            }
            cuts++;
        }
        publisher.join();
        assertThat(cuts).isGreaterThan(20);
        assertThat(heard).hasSize(channels);
        heard.forEach((channel, data) -> {
            assertThat(data).as(channel).hasSize(each).isSorted().doesNotHaveDuplicates();
        });
    }

    @Test
    void aWebSocketHearsAFamilyBesideAChannel() {
        try (Wire client = Wire.socket(node.port(), anybody)) {
            client.say("{\"type\":\"subscribe\",\"ref\":1,\"channel\":\"wild:*\",\"filters\":{\"types\":[\"ws.*\"]}}");
            JsonNode subscribed = client.hear("subscribed");
            assertThat(subscribed.path("channel").asText()).isEqualTo("wild:*");
            assertThat(subscribed.path("id").asText()).startsWith("w1.");
            client.say("{\"type\":\"subscribe\",\"ref\":2,\"channel\":\"wild:ws-1\"}");
            client.hear("subscribed");
            publish("wild:ws-1", "ws.x", "1");
            JsonNode one = client.hear("event");
            JsonNode other = client.hear("event");
            assertThat(List.of(
                            one.path("id").asText().startsWith("w1."),
                            other.path("id").asText().startsWith("w1.")))
                    .containsExactlyInAnyOrder(true, false);
            client.say("{\"type\":\"unsubscribe\",\"ref\":3,\"channel\":\"wild:*\"}");
            assertThat(client.hear("unsubscribed").path("channel").asText()).isEqualTo("wild:*");
            publish("wild:ws-2", "ws.x", "2");
            client.say("{\"type\":\"subscribe\",\"ref\":4,\"channel\":\"wild:*\",\"from\":\""
                    + subscribed.path("id").asText() + "\",\"filters\":{\"types\":[\"ws.*\"]}}");
            client.hear("subscribed");
            assertThat(client.hear("event").path("channel").asText()).isEqualTo("wild:ws-1");
            assertThat(client.hear("event").path("channel").asText()).isEqualTo("wild:ws-2");
        }
    }

    @Test
    void anIdThatWasChangedIsAnsweredByResetAndThenWhatIsKept() throws Exception {
        String id;
        try (Wire stream = Wire.stream(node.port(), "/v1/events?channel=wild:*&from=earliest", anybody)) {
            id = stream.event().lastEventId();
        }
        String foreign = id.substring(0, id.length() - 2) + "AA";
        try (Wire stream =
                Wire.stream(node.port(), "/v1/events?channel=wild:*", anybody, "Last-Event-ID: " + foreign)) {
            SseParser.Message reset = stream.event();
            assertThat(reset.type()).isEqualTo("reset");
            JsonNode data = Wire.JSON.readTree(reset.data());
            assertThat(data.path("channel").asText()).isEqualTo("wild:*");
            assertThat(data.path("reason").asText()).isEqualTo("malformed");
            assertThat(stream.event().type()).isEqualTo("connected");
        }
    }

    @Test
    void onlyWhoMayHearAllOfItHearsAFamily() {
        String path = "/v1/events?channel=wild:*";
        assertThat(status(path, "wild:1:subscribe")).isEqualTo(403);
        assertThat(status(path, "wild:1*:subscribe")).isEqualTo(403);
        assertThat(status(path, "*:publish")).isEqualTo(403);
        assertThat(Wire.get(node.port(), path, token("ann", "*:subscribe", "!wild:secret:subscribe"))
                        .status())
                .isEqualTo(403);
        assertThat(Wire.get(node.port(), "/v1/events?channel=doors:*", token("ann", "*:subscribe"))
                        .code())
                .isEqualTo("invalid-parameter");
        assertThat(Wire.get(node.port(), "/v1/events?channel=wild:*&channel=doors:1", token("ann", "*:subscribe"))
                        .code())
                .isEqualTo("invalid-channel");
        assertThat(Wire.get(
                                node.port(),
                                "/v1/events?channel=wild:*&from=2026-01-31T12:00:00Z",
                                token("ann", "*:subscribe"))
                        .code())
                .isEqualTo("invalid-parameter");
    }

    private static int status(String path, String grant) {
        return Wire.get(node.port(), path, token("ann", grant)).status();
    }

    private static void publish(String channel, String data) {
        publish(channel, "a.x", data);
    }

    private static void publish(String channel, String type, String data) {
        Reply reply = Wire.post(
                node.port(),
                "/v1/channels/" + channel + "/events",
                anybody,
                "{\"type\":\"" + type + "\",\"data\":" + data + "}");
        assertThat(reply.status()).as(reply.toString()).isEqualTo(201);
    }
}
