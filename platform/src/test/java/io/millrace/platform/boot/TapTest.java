package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.protocol.SseParser;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an operator sees of channels as it goes through; at real sockets. */
@ExtendWith(RunningNode.Extension.class)
class TapTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PUBLISHER = token("svc", "*:publish,subscribe");

    private static RunningNode node;
    private static String admin;

    @BeforeAll
    static void start(RunningNode running) {
        node = running;
        admin = token("root", "*:admin");
    }

    @Test
    void anOperatorSeesEventsWholeAndHowManyFollow() throws Exception {
        try (Wire tap = Wire.stream(node.port(), "/v1/tap?channel=doors:tapped&channel=private:tapped", admin)) {
            assertThat(tap.event().type()).isEqualTo("connected");
            JsonNode nobody =
                    next(tap, "subscribers", told -> true).path("channels").get(0);
            assertThat(nobody.path("channel").asText()).isEqualTo("doors:tapped");
            assertThat(nobody.path("subscribers").asInt())
                    .as("a tap is no subscriber")
                    .isZero();
            publish("doors:tapped", "{\"type\":\"a\",\"data\":{\"n\":1},\"source\":\"s\",\"key\":\"k\"}");
            publish("private:tapped", "{\"type\":\"b\",\"data\":{\"region\":\"x\",\"price\":5}}");
            JsonNode seen =
                    next(tap, "published", event -> event.path("event").asText().equals("a"));
            assertThat(seen.path("channel").asText()).isEqualTo("doors:tapped");
            assertThat(seen.path("offset").asInt()).isEqualTo(1);
            assertThat(seen.path("source").asText()).isEqualTo("s");
            assertThat(seen.path("key").asText()).isEqualTo("k");
            assertThat(seen.path("publisher").asText()).isEqualTo("svc");
            assertThat(seen.path("bytes").asInt()).isEqualTo(7);
            assertThat(seen.path("data").path("n").asInt()).isEqualTo(1);
            JsonNode hidden =
                    next(tap, "published", event -> event.path("event").asText().equals("b"));
            assertThat(hidden.path("data").path("price").asInt())
                    .as("hidden from others")
                    .isEqualTo(5);
            try (Wire stream = Wire.stream(node.port(), "/v1/channels/doors:tapped/events", PUBLISHER)) {
                stream.event();
                JsonNode one = next(
                        tap,
                        "subscribers",
                        told -> told.path("channels").get(0).path("subscribers").asInt() == 1);
                assertThat(one.path("channels")
                                .get(0)
                                .path("nodes")
                                .elements()
                                .next()
                                .asInt())
                        .isEqualTo(1);
            }
            next(
                    tap,
                    "subscribers",
                    told -> told.path("channels").get(0).path("subscribers").asInt() == 0);
        }
    }

    @Test
    void aTapGoesOnFromItsLastEventIdAndFilters() throws Exception {
        publish("doors:past", "[{\"type\":\"a\",\"data\":1},{\"type\":\"b\",\"data\":2},{\"type\":\"a\",\"data\":3}]");
        String id;
        try (Wire tap = Wire.stream(node.port(), "/v1/tap?channel=doors:past&from=earliest&types=a", admin)) {
            SseParser.Message first = nextMessage(tap, "published");
            assertThat(first.data()).contains("\"data\":1");
            id = first.lastEventId();
        }
        try (Wire tap = Wire.stream(node.port(), "/v1/tap?channel=doors:past&lastEventId=" + id, admin)) {
            assertThat(nextMessage(tap, "published").data()).contains("\"data\":2");
        }
    }

    @Test
    void aWholeFamilyIsTappedWhereItsOrderIsKept() throws Exception {
        try (Wire tap = Wire.stream(node.port(), "/v1/tap?family=wild", admin)) {
            tap.event();
            publish("wild:tapped", "{\"type\":\"a\",\"data\":1}");
            assertThat(next(tap, "published", event -> true).path("channel").asText())
                    .isEqualTo("wild:tapped");
            try (Wire stream = Wire.stream(node.port(), "/v1/channels/wild:counted/events", PUBLISHER)) {
                stream.event();
                JsonNode told = next(tap, "subscribers", each -> each.toString().contains("wild:counted"));
                assertThat(told.path("channels").findValuesAsText("channel")).contains("wild:counted");
            }
        }
    }

    @Test
    void onlyOperatorsTapAndOnlyWhatThereIs() {
        String reader = token("reader", "doors:*:subscribe,admin");
        assertThat(Wire.get(node.port(), "/v1/tap?channel=doors:x", reader).code())
                .isEqualTo("forbidden");
        assertThat(Wire.get(node.port(), "/v1/tap?channel=doors:x", null).code())
                .isEqualTo("unauthenticated");
        for (String wrong : new String[] {"", "?family=doors", "?family=wild&channel=doors:x", "?chanel=a"}) {
            assertThat(Wire.get(node.port(), "/v1/tap" + wrong, admin).code())
                    .as(wrong)
                    .isEqualTo("invalid-parameter");
        }
        assertThat(Wire.get(node.port(), "/v1/tap?channel=a%20b", admin).code()).isEqualTo("invalid-channel");
    }

    @Test
    void aTapEndsWithItsOperatorsRights() throws Exception {
        String fleeting = token("fleeting-root", "*:admin");
        try (Wire tap = Wire.stream(node.port(), "/v1/tap?channel=doors:ends", fleeting)) {
            tap.event();
            Wire.post(node.port(), "/v1/revocations", admin, "{\"user\":\"fleeting-root\",\"seconds\":600}");
            assertThat(next(tap, "problem", each -> true).path("code").asText()).isEqualTo("revoked");
        }
    }

    private static void publish(String channel, String body) {
        assertThat(Wire.post(node.port(), "/v1/channels/" + channel + "/events", PUBLISHER, body)
                        .status())
                .isEqualTo(201);
    }

    private static JsonNode next(Wire tap, String type, Predicate<JsonNode> wanted) throws Exception {
        while (true) {
            JsonNode data = JSON.readTree(nextMessage(tap, type).data());
            if (wanted.test(data)) {
                return data;
            }
        }
    }

    private static SseParser.Message nextMessage(Wire tap, String type) {
        SseParser.Message message = tap.event();
        while (!message.type().equals(type)) {
            message = tap.event();
        }
        return message;
    }
}
