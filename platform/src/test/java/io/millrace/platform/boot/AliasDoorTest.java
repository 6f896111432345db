package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.entityToken;
import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.protocol.SseParser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Other systems' paths and words, at the doors of the product as production starts it. */
@ExtendWith(RunningNode.Extension.class)
class AliasDoorTest {
    private static final String ALL = "doors:*:subscribe,publish,history";

    private static RunningNode node;
    private static int port;
    private static String publisher;

    @BeforeAll
    static void start(RunningNode running) {
        node = running;
        port = node.port();
        publisher = token("publisher", "*:publish,subscribe,history");
    }

    private static void publish(String channel, String event) {
        Wire.Reply reply = Wire.post(port, "/v1/channels/" + channel + "/events", publisher, event);
        assertThat(reply.status()).as("%s", reply).isEqualTo(201);
    }

    private static JsonNode json(String text) {
        try {
            return Wire.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    private static Wire cookieStream(String user) {
        return Wire.stream(port, "/api/realtime/events", null, "Cookie: session=" + token(user, ALL));
    }

    // streams

    @Test
    void aStreamIsLedToTheLoginsChannelInItsPresetsWords() {
        try (Wire client = cookieStream("c1")) {
            SseParser.Message connected = client.event();
            assertThat(connected.type()).isEqualTo("connected");
            assertThat(json(connected.data()).path("clientId").asText()).isNotEmpty();
            assertThat(json(connected.data()).size()).isEqualTo(1);
            publish("doors:c1", "{\"type\":\"horses:created\",\"data\":{\"id\":7}}");
            List<SseParser.Message> heard = new ArrayList<>();
            boolean beat = false;
            while (heard.isEmpty() || !beat) {
                SseParser.Message message = client.event();
                if (message.type().equals("heartbeat")) {
                    assertThat(json(message.data()).path("at").asLong()).isPositive();
                    beat = true;
                } else {
                    heard.add(message);
                }
            }
            assertThat(heard.get(0).type()).isEqualTo("horses:created");
            assertThat(heard.get(0).data()).isEqualTo("{\"id\":7}");
            assertThat(heard.get(0).lastEventId()).contains(".1.").isNotEqualTo(connected.lastEventId());
        }
    }

    @Test
    void nobodyPublishesWhatPassesForAPresetsControlEvent() {
        Wire.Reply forged = Wire.post(
                port,
                "/v1/channels/doors:forged/events",
                publisher,
                "[{\"type\":\"a\",\"data\":1},{\"type\":\"system.sse.shutdown\",\"data\":{}}]");
        assertThat(forged.status()).isEqualTo(400);
        assertThat(forged.code()).isEqualTo("invalid-type");
        assertThat(forged.json().path("detail").asText()).contains("app.system.sse.shutdown");
        assertThat(Wire.get(port, "/v1/channels/doors:forged/history", publisher)
                        .json()
                        .path("head")
                        .asInt())
                .isZero();
        // this preset's streams name no event, so the name of its `complete` is free
        publish("doors:forged", "{\"type\":\"done\",\"data\":1}");
    }

    @Test
    void theClientIsAskedToComeBackWhenThePresetSays() {
        try (Wire client = cookieStream("c2")) {
            assertThat(client.streamText(text -> text.contains("event:"))).startsWith("retry: 3000\n\n");
        }
    }

    @Test
    void onlyThePresetsCredentialsAreTaken() {
        assertThat(Wire.get(port, "/api/realtime/events", token("c3", ALL)).code())
                .isEqualTo("unauthenticated");
        assertThat(Wire.get(port, "/api/realtime/events?token=" + token("c3", ALL), null)
                        .code())
                .isEqualTo("unauthenticated");
        assertThat(Wire.get(port, "/events/x?token=garbage", null).code()).isEqualTo("token-invalid");
        assertThat(Wire.get(port, "/v1/events?token=" + token("c3", ALL), null).code())
                .as("the node's own doors are as they were")
                .isEqualTo("unauthenticated");
        Wire.stream(port, "/events/x?token=" + token("c3", ALL), null).close();
    }

    @Test
    void aUserIdIsNoLogin() {
        String cookie = "Cookie: session=" + token("c4", ALL);
        assertThat(Wire.call(port, "GET", "/api/realtime/events?userId=other", null, null, cookie)
                        .code())
                .isEqualTo("forbidden");
        assertThat(Wire.get(port, "/api/realtime/events?userId=c4", null).code())
                .isEqualTo("unauthenticated");
        Wire.stream(port, "/api/realtime/events?userId=c4", null, cookie).close();
    }

    @Test
    void thePresetsLimitCounts() {
        try (Wire first = cookieStream("c5")) {
            next(first, "connected"); // a heartbeat may come before
            Wire.Reply second =
                    Wire.call(port, "GET", "/api/realtime/events", null, null, "Cookie: session=" + token("c5", ALL));
            assertThat(second.code()).isEqualTo("too-many-connections");
            assertThat(second.header("Retry-After")).isNotNull();
        }
    }

    @Test
    void parametersNameMoreChannelsWithinTheGrants() {
        String cookie = "Cookie: session=" + token("c6", ALL);
        try (Wire client =
                Wire.stream(port, "/api/realtime/events?channel=doors:am1&channel=doors:am2", null, cookie)) {
            assertThat(client.event().type()).isEqualTo("connected");
            publish("doors:am2", "{\"type\":\"a\",\"data\":2}");
            assertThat(next(client, "a").data()).isEqualTo("2");
        }
        assertThat(Wire.call(port, "GET", "/api/realtime/events?channel=other:x", null, null, cookie)
                        .code())
                .isEqualTo("forbidden");
        assertThat(Wire.call(port, "GET", "/api/realtime/events?chanel=doors:x", null, null, cookie)
                        .code())
                .isEqualTo("invalid-parameter");
    }

    private static SseParser.Message next(Wire client, String event) {
        SseParser.Message message = client.event();
        while (message != null && !message.type().equals(event)) {
            message = client.event();
        }
        return message;
    }

    @Test
    void eventsAndEndsHaveThePresetsNamesAndShapesAndResumeExactly() {
        publish("doors:names", "{\"type\":\"job\",\"data\":{\"job\":\"j1\",\"n\":1}}");
        String first;
        try (Wire client = Wire.stream(port, "/events/names?from=earliest", publisher)) {
            SseParser.Message event = client.event();
            first = event.lastEventId();
            assertThat(event.type()).isEqualTo("message");
            assertThat(json(event.data()))
                    .isEqualTo(json("{\"type\":\"job\",\"jobId\":\"j1\",\"all\":{\"job\":\"j1\",\"n\":1}}"));
        }
        publish("doors:names", "{\"type\":\"job\",\"data\":{\"n\":2}}");
        Wire.post(port, "/v1/channels/doors:names/complete", publisher, "{\"data\":{\"score\":3}}");
        try (Wire client = Wire.stream(port, "/events/names", publisher, "Last-Event-ID: " + first)) {
            assertThat(json(client.event().data()))
                    .as("a member without a value is left out")
                    .isEqualTo(json("{\"type\":\"job\",\"all\":{\"n\":2}}"));
            SseParser.Message end = client.event();
            assertThat(end.type()).isEqualTo("done");
            assertThat(json(end.data()).path("data").path("score").asInt()).isEqualTo(3);
            assertThat(client.event()).isNull();
            assertThat(Wire.call(port, "GET", "/events/names", publisher, null, "Last-Event-ID: " + end.lastEventId())
                            .status())
                    .isEqualTo(204);
        }
    }

    @Test
    void whatIsNotSaidStillTellsThePlaceAndACommentKeepsTheLineAlive() {
        try (Wire client = Wire.stream(port, "/events/quiet", publisher)) {
            String text = client.streamText(all -> all.contains(": heartbeat\n\n: heartbeat\n\n"));
            assertThat(text).doesNotContain("event:").containsOnlyOnce("id: ");
        }
    }

    @Test
    void aBatchHasThePresetsShape() {
        try (Wire client = Wire.stream(port, "/bursts?name=x", publisher)) {
            client.streamText(all -> all.contains("id: "));
            String drafts = "[{\"type\":\"a\",\"data\":1},{\"type\":\"a\",\"data\":2}]";
            Wire.post(port, "/v1/channels/bursts:x/events", publisher, drafts);
            SseParser.Message batch = next(client, "many");
            assertThat(json(batch.data())).isEqualTo(json("{\"type\":\"batch\",\"events\":[1,2]}"));
        }
    }

    @Test
    void aWholeFamilyAndTheLoginsOwnChannelsHaveAliasesToo() {
        publish("wild:alias", "{\"type\":\"a\",\"data\":\"alias\"}");
        try (Wire client = Wire.stream(port, "/family", publisher)) {
            SseParser.Message event = next(client, "a");
            while (!event.data().contains("\"alias\"")) {
                event = next(client, "a");
            }
        }
        try (Wire client = Wire.stream(port, "/events", token("own", ALL))) {
            assertThat(client.event().data()).contains("user:own", "global");
        }
    }

    @Test
    void anAliasForEntitiesRefusesALoginWithoutOne() {
        assertThat(Wire.get(port, "/events/entity", token("e1", ALL)).code()).isEqualTo("forbidden");
        Wire.stream(port, "/events/entity", entityToken("e1", "acme", ALL)).close();
    }

    @Test
    void whatFillsAPlaceCannotReachIntoTheRestOfTheName() {
        assertThat(Wire.get(port, "/events/a:b", publisher).code()).isEqualTo("invalid-channel");
        assertThat(Wire.get(port, "/events/%7Buser%7D", publisher).code()).isEqualTo("invalid-channel");
        assertThat(Wire.get(port, "/events/a%20b", publisher).code()).isEqualTo("invalid-channel");
    }

    @Test
    void otherMethodsAndPathsAreRefusedAndAPageMayAskBefore() {
        assertThat(Wire.post(port, "/events/x", publisher, "{}").header("Allow"))
                .isEqualTo("GET");
        assertThat(Wire.get(port, "/events/x/y", publisher).code()).isEqualTo("not-found");
        assertThat(Wire.get(port, "/ws/x", publisher).code()).isEqualTo("not-found");
        String origin = "Origin: https://app.example.com";
        Wire.Reply preflight = Wire.call(port, "OPTIONS", "/events/x", null, null, origin);
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example.com");
        assertThat(Wire.call(port, "GET", "/events/x", publisher, null, "Origin: https://evil.example.com")
                        .code())
                .isEqualTo("origin-refused");
    }

    // sockets

    private static Wire socket(String path, String token, String... headers) {
        Wire wire = new Wire(port);
        List<String> all = new ArrayList<>(List.of(
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
        all.addAll(List.of(headers));
        wire.send(Wire.request("GET", path, token, null, all.toArray(String[]::new)));
        Wire.Reply head = wire.head();
        assertThat(head.status()).as("%s", head).isEqualTo(101);
        if (headers.length > 0) {
            assertThat(head.header("Sec-WebSocket-Protocol")).isEqualTo("bearer");
        }
        return wire;
    }

    @Test
    void topicsAreScopedToTheEntityOfALoginThatComesAsAHandshake() {
        String granted = "transactions.new:entity:acme:subscribe";
        try (Wire client = socket("/ws", null)) {
            client.say("{\"auth\":{\"token\":\"" + entityToken("t1", "acme", granted, ALL) + "\"}}");
            client.hear("connected");
            client.say("{\"type\":\"subscribe\",\"topic\":\"transactions.new\",\"filters\":{\"minAmount\":5}}");
            client.say("{\"type\":\"ping\"}");
            assertThat(client.hear("pong", "subscribed", "authenticated")
                            .path("timestamp")
                            .isIntegralNumber())
                    .isTrue();
            publish("transactions.new:entity:acme", "{\"type\":\"t\",\"data\":{\"amount\":1}}");
            publish("transactions.new:entity:acme", "{\"type\":\"t\",\"data\":{\"amount\":9}}");
            JsonNode event = client.hear("event");
            assertThat(event.path("topic").asText()).isEqualTo("transactions.new");
            assertThat(event.path("data").path("amount").asInt()).isEqualTo(9);
            assertThat(event.size()).isEqualTo(4);
            client.say("{\"type\":\"subscribe\",\"topic\":\"secrets\"}");
            JsonNode error = client.hear("error");
            assertThat(error.path("data").path("message").asText()).isNotEmpty();
            assertThat(error.path("timestamp").asText()).endsWith("Z");
        }
    }

    @Test
    void aSocketIsSubscribedToTheChannelsOfItsAliasAndLogsInBySubprotocol() {
        try (Wire client = socket("/ws", null, "Sec-WebSocket-Protocol: bearer, " + entityToken("t2", "acme", ALL))) {
            client.hear("connected");
            client.say("{\"type\":\"ping\"}");
            client.hear("pong");
            publish("doors:of-t2", "{\"type\":\"t\",\"data\":5}");
            assertThat(client.hear("event").path("data").asInt()).isEqualTo(5);
        }
    }

    @Test
    void channelsCanBeObjectsAndEventsTheirDataAlone() {
        try (Wire client = socket("/api/ws?token=" + token("o1", ALL), null)) {
            client.hear("connected");
            client.say("{\"type\":\"subscribe\",\"channel\":{\"type\":\"doors\",\"id\":\"job_1\"}}");
            client.hear("subscribed");
            publish("doors:job_1", "{\"type\":\"p\",\"data\":{\"type\":\"job_progress\",\"progress\":0.75}}");
            assertThat(client.hear("job_progress").path("progress").asDouble()).isEqualTo(0.75);
        }
    }

    @Test
    void whoIsNotLetInIsToldByAClose() {
        try (Wire client = socket("/api/ws?token=garbage", null)) {
            closed(client, 1008, "Unauthorized");
        }
        try (Wire client = socket("/api/ws", null)) {
            closed(client, 1008, "Unauthorized");
        }
        try (Wire client = socket("/api/ws?userId=other&token=" + token("o2", ALL), null)) {
            closed(client, 1008, "Access denied");
        }
        try (Wire client = socket("/api/ws?userId=o3&token=" + token("o3", ALL), null)) {
            client.say("{\"type\":\"subscribe\",\"channel\":{\"type\":\"secrets\",\"userId\":7}}");
            closed(client, 1008, "Access denied");
        }
    }

    @Test
    void aSilentClientIsGivenUpAtThePresetsPace() {
        try (Wire client = socket("/api/ws?token=" + token("o4", ALL), null)) {
            closed(client, 4000, "pong-timeout");
        }
    }

    private static void closed(Wire client, int code, String reason) {
        Wire.Frame close = client.closeFrame();
        assertThat(close.closeCode()).isEqualTo(code);
        assertThat(close.closeReason()).isEqualTo(reason);
    }

    // history

    private static JsonNode history(String user, String query) {
        String cookie = "Cookie: session=" + token(user, ALL);
        Wire.Reply reply = Wire.call(port, "GET", "/api/realtime/history" + query, null, null, cookie);
        assertThat(reply.status()).as("%s", reply).isEqualTo(200);
        return reply.json();
    }

    @Test
    void severalChannelsHistoryIsOnePageInThePresetsShape() {
        publish("doors:h1-a", "{\"type\":\"e\",\"data\":1}");
        publish("doors:h1-b", "{\"type\":\"e\",\"data\":2}");
        publish("doors:h1-a", "{\"type\":\"e\",\"data\":3}");
        JsonNode events = history("h1", "");
        assertThat(events.findValuesAsText("data")).containsExactly("1", "2", "3");
        assertThat(events.get(1).path("channel").asText()).isEqualTo("doors:h1-b");
        assertThat(events.get(1).size()).isEqualTo(4);
        assertThat(history("h1", "?count=2").findValuesAsText("data")).containsExactly("1", "2");
        long third = Instant.parse(events.get(2).path("timestamp").asText()).toEpochMilli();
        assertThat(history("h1", "?since=" + third).findValuesAsText("data")).contains("3");
        assertThat(history("h1", "?since=" + (third + 1))).isEmpty();
        assertThat(history("h1", "?since=" + (third + 1) + "&wait=1")).isEmpty();
    }

    @Test
    void theCursorOfSeveralChannelsGoesOnExactly() {
        for (int i = 1; i <= 5; i++) {
            publish("doors:h2-" + (i % 2 == 0 ? "a" : "b"), "{\"type\":\"e\",\"data\":" + i + "}");
        }
        String token = token("h2", ALL);
        List<String> seen = new ArrayList<>();
        String after = "";
        for (int page = 0; page < 3; page++) {
            JsonNode read = Wire.get(port, "/history?limit=2" + after, token).json();
            seen.addAll(read.path("events").findValuesAsText("data"));
            after = "&after=" + read.path("next").asText();
            assertThat(read.path("channels").size()).isEqualTo(2);
        }
        assertThat(seen).containsExactly("1", "2", "3", "4", "5");
    }

    // stats

    @Test
    void statsComeInThePresetsShapeForAdmins() {
        String cookie = "Cookie: session=" + token("s1", "*:admin");
        Wire.Reply reply = Wire.call(port, "GET", "/api/realtime/stats", null, null, cookie);
        assertThat(reply.status()).as("%s", reply).isEqualTo(200);
        assertThat(reply.json().size()).isEqualTo(3);
        assertThat(reply.json().path("channels").isArray()).isTrue();
        assertThat(reply.json().path("eventHistorySize").isIntegralNumber()).isTrue();
        assertThat(Wire.call(port, "GET", "/api/realtime/stats", null, null, "Cookie: session=" + token("s2", ALL))
                        .code())
                .isEqualTo("forbidden");
    }
}
