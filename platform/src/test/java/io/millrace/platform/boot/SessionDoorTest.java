package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.protocol.SseParser;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients who come back to their sessions, over both wires, with the product as production starts it. */
@ExtendWith(RunningNode.Extension.class)
class SessionDoorTest {
    private static final String MAY = "room:*:subscribe,publish,presence";
    private static final String ADMIN = "*:admin,subscribe,publish,history,presence";
    private static final Duration SOON = Duration.ofSeconds(10);

    private static RunningNode node;

    @BeforeAll
    static void start(RunningNode running) {
        node = running;
    }

    /** What a client must keep of {@code connected} to come back. */
    private record Ticket(String connection, String secret) {
        static Ticket of(JsonNode connected) {
            assertThat(connected.path("session").path("secret").asText()).hasSize(32);
            assertThat(connected.path("session").path("seconds").asInt()).isEqualTo(120);
            return new Ticket(
                    connected.path("connectionId").asText(),
                    connected.path("session").path("secret").asText());
        }

        String message(String... places) {
            ObjectNode message = Wire.JSON
                    .createObjectNode()
                    .put("type", "resume")
                    .put("ref", 1)
                    .put("connection", connection)
                    .put("secret", secret);
            ObjectNode from = message.putObject("from");
            for (int i = 0; i < places.length; i += 2) {
                from.put(places[i], places[i + 1]);
            }
            return message.toString();
        }

        String header() {
            return "Millrace-Session: " + connection + " " + secret;
        }
    }

    // WebSocket

    @Test
    void aSocketGoesOnWhereItsClientIsWithoutLoginAndWithoutSubscribing() {
        String channel = "room:back";
        Wire first = Wire.socket(node.port(), null, "?session=true&");
        first.say("{\"type\":\"authenticate\",\"token\":\"" + token("ann", MAY) + "\"}");
        Ticket ticket = Ticket.of(first.hear("connected"));
        first.say("{\"type\":\"subscribe\",\"ref\":1,\"channel\":\"" + channel
                + "\",\"filters\":{\"types\":[\"wanted\"]}}");
        first.say("{\"type\":\"subscribe\",\"ref\":2,\"channel\":\"user:ann\"}");
        first.hear("subscribed");
        first.hear("subscribed");
        publish(channel, "wanted", 1);
        String heard = first.hear("event").path("id").asText();
        publish(channel, "wanted", 2);
        first.hear("event");
        first.close();
        publish(channel, "left-out", 3);
        publish(channel, "wanted", 4);
        try (Wire second = Wire.socket(node.port(), null, "?session=true")) {
            second.say(ticket.message(channel, heard));
            Ticket next = Ticket.of(second.hear("connected"));
            assertThat(next.connection()).isNotEqualTo(ticket.connection());
            assertThat(next.secret()).isNotEqualTo(ticket.secret());
            JsonNode resumed = second.hear("resumed");
            assertThat(resumed.path("ref").asInt()).isEqualTo(1);
            assertThat(resumed.path("userId").asText()).isEqualTo("ann");
            assertThat(resumed.path("channels")).hasSize(2);
            assertThat(second.hear("event").path("data").asInt()).isEqualTo(2);
            assertThat(second.hear("event").path("data").asInt()).isEqualTo(4);
        }
    }

    @Test
    void whoDoesNotSayWhereItIsGetsEverythingSinceItsConnectionBegan() {
        String channel = "room:again";
        publish(channel, "t", 0);
        Wire first = Wire.socket(node.port(), token("bob", MAY), "?session=true");
        Ticket ticket = Ticket.of(first.hear("connected"));
        first.say("{\"type\":\"subscribe\",\"channel\":\"" + channel + "\"}");
        first.hear("subscribed");
        publish(channel, "t", 1);
        first.hear("event");
        first.close();
        try (Wire second = Wire.socket(node.port(), null, "?session=true")) {
            second.say(ticket.message());
            second.hear("subscribed");
            assertThat(second.hear("event").path("data").asInt()).isEqualTo(1);
        }
    }

    @Test
    void theNewerOfTwoSocketsHasTheSession() {
        Wire first = Wire.socket(node.port(), token("two", MAY), "?session=true");
        Ticket ticket = Ticket.of(first.hear("connected"));
        first.say("{\"type\":\"subscribe\",\"channel\":\"room:two\"}");
        first.hear("subscribed");
        try (Wire second = Wire.socket(node.port(), null, "?session=true")) {
            second.say(ticket.message());
            assertThat(second.hear("resumed").path("channels").get(0).asText()).isEqualTo("room:two");
            Wire.Frame close = first.closeFrame();
            assertThat(close.closeCode()).isEqualTo(4506);
            assertThat(close.closeReason()).isEqualTo("replaced");
            try (Wire third = Wire.socket(node.port(), null)) {
                third.say(ticket.message());
                assertThat(third.hear("problem").path("code").asText()).isEqualTo("session-unknown");
            }
        }
    }

    @Test
    void whoDoesNotKnowTheSecretGetsNothingAndMayLogIn() {
        Wire first = Wire.socket(node.port(), token("victim", MAY), "?session=true");
        Ticket ticket = Ticket.of(first.hear("connected"));
        try (Wire thief = Wire.socket(node.port(), null)) {
            for (Ticket wrong : List.of(
                    new Ticket(ticket.connection(), "A".repeat(32)),
                    new Ticket(ticket.connection(), ticket.secret().substring(1)),
                    new Ticket("nowhere.x", ticket.secret()),
                    new Ticket(ticket.connection() + "x", ticket.secret()))) {
                thief.say(wrong.message());
                JsonNode problem = thief.hear("problem", "connected");
                assertThat(problem.path("code").asText()).isEqualTo("session-unknown");
                assertThat(problem.path("ref").asInt()).isEqualTo(1);
            }
            thief.say("{\"type\":\"authenticate\",\"token\":\"" + token("thief", MAY) + "\"}");
            assertThat(thief.hear("connected").has("session")).isFalse();
            thief.say(ticket.message());
            assertThat(thief.hear("problem").path("code").asText()).isEqualTo("session-unknown");
        }
        first.say("{\"type\":\"ping\"}");
        first.hear("pong");
        first.close();
    }

    @Test
    void whoSaysGoodbyeLeavesNoSession() {
        Wire first = Wire.socket(node.port(), token("bye", MAY), "?session=true");
        Ticket ticket = Ticket.of(first.hear("connected"));
        first.send(io.millrace.protocol.WsClientFrames.close(1000, ""));
        first.closeFrame();
        first.close();
        await().atMost(SOON).untilAsserted(() -> {
            try (Wire second = Wire.socket(node.port(), null)) {
                second.say(ticket.message());
                assertThat(second.hear("problem", "connected").path("code").asText())
                        .isEqualTo("session-unknown");
            }
        });
    }

    @Test
    void aUserWhoComesBackHasNeverLeft() throws IOException {
        String channel = "room:calm";
        try (Wire watcher =
                Wire.stream(node.port(), "/v1/channels/" + channel + "/events?presence=true", token("watcher", MAY))) {
            Wire first = Wire.socket(node.port(), token("calm", MAY), "?session=true");
            Ticket ticket = Ticket.of(first.hear("connected"));
            first.say("{\"type\":\"subscribe\",\"channel\":\"" + channel + "\"}");
            first.hear("subscribed");
            assertThat(presence(watcher, "calm")).isEqualTo("join");
            first.close();
            await().atMost(SOON).until(() -> listed("calm").path("away").asBoolean());
            Wire second = Wire.socket(node.port(), null, "?session=true");
            second.say(ticket.message());
            second.hear("resumed");
            await().atMost(SOON)
                    .until(() ->
                            count("calm") == 1 && !listed("calm").path("away").asBoolean());
            second.say("{\"type\":\"unsubscribe\",\"channel\":\"" + channel + "\"}");
            second.hear("unsubscribed");
            assertThat(presence(watcher, "calm")).as("nothing in between").isEqualTo("leave");
            second.close();
        }
    }

    @Test
    void anExpiredOrRevokedLoginDoesNotComeBack() {
        Instant soon = Instant.now().plusSeconds(2);
        Ticket expiring = leave(token("short", soon, MAY));
        Ticket revoked = leave(token("fired-away", MAY));
        Wire.post(node.port(), "/v1/revocations", token("root", ADMIN), "{\"user\":\"fired-away\"}");
        await().atMost(SOON).untilAsserted(() -> assertThat(refusal(revoked)).isEqualTo("revoked"));
        await().atMost(SOON).until(() -> Instant.now().isAfter(soon.plusMillis(100)));
        assertThat(refusal(expiring)).isEqualTo("token-expired");
    }

    @Test
    void anAdministratorEndsASessionForGood() throws IOException {
        Ticket ticket = leave(token("sent-away", MAY));
        Wire.Reply ended = Wire.post(node.port(), "/v1/disconnect", token("root", ADMIN), "{\"user\":\"sent-away\"}");
        assertThat(ended.json().path("disconnected").asInt()).isEqualTo(1);
        await().atMost(SOON).until(() -> count("sent-away") == 0);
        try (Wire second = Wire.socket(node.port(), null)) {
            second.say(ticket.message());
            assertThat(second.hear("problem").path("code").asText()).isEqualTo("session-unknown");
        }
    }

    // event streams

    @Test
    void anEventStreamGoesOnWithoutItsTokenAndItsQuery() {
        String channel = "room:stream";
        Wire first = Wire.stream(
                node.port(),
                "/v1/channels/" + channel + "/events?session=true&envelope=full&types=wanted",
                token("sse", MAY));
        Ticket ticket = Ticket.of(json(first.event()));
        publish(channel, "wanted", 1);
        String heard = first.event().lastEventId();
        publish(channel, "wanted", 2);
        first.event();
        first.close();
        publish(channel, "left-out", 3);
        publish(channel, "wanted", 4);
        Wire second = Wire.stream(node.port(), "/v1/events", null, ticket.header(), "Last-Event-ID: " + heard);
        JsonNode connected = json(second.event());
        Ticket.of(connected);
        assertThat(connected.path("session").path("resumed").asBoolean()).isTrue();
        assertThat(connected.path("channels").get(0).path("from").asInt()).isEqualTo(1);
        assertThat(json(second.event()).path("data").asInt()).isEqualTo(2);
        assertThat(json(second.event()).path("data").asInt()).isEqualTo(4);
        second.close();
        Wire.Reply unknown = Wire.call(node.port(), "GET", "/v1/events", null, null, ticket.header());
        assertThat(unknown.status()).isEqualTo(410);
        assertThat(unknown.code()).isEqualTo("session-unknown");
    }

    @Test
    void aStreamWhoseSessionIsGoneIsARequestLikeAnyOtherWhereItHasALogin() {
        Wire stream = Wire.stream(
                node.port(),
                "/v1/channels/room:gone/events?session=true",
                token("gone", MAY),
                "Millrace-Session: 1f.gone " + "A".repeat(32));
        JsonNode connected = json(stream.event());
        Ticket.of(connected);
        assertThat(connected.path("session").has("resumed")).isFalse();
        stream.close();
        Wire.Reply wrong =
                Wire.call(node.port(), "GET", "/v1/events", token("gone", MAY), null, "Millrace-Session: garbage");
        assertThat(wrong.code()).isEqualTo("invalid-request");
    }

    @Test
    void whoDoesNotAskForASessionHasNone() throws IOException {
        Wire stream = Wire.stream(node.port(), "/v1/channels/room:none/events", token("none", MAY));
        assertThat(json(stream.event()).has("session")).isFalse();
        stream.close();
        await().atMost(SOON).until(() -> count("none") == 0);
    }

    @Test
    void aSessionWaitsAmongItsUsersConnectionsAndGivesItsPlaceToWhoComesBack() throws IOException {
        List<Wire> crowd = new ArrayList<>(); // a socket that nobody holds is closed with the garbage
        for (int i = 0; i < 19; i++) {
            crowd.add(Wire.stream(node.port(), "/v1/events", token("crowd", MAY)));
        }
        Ticket ticket = leave(token("crowd", MAY));
        await().atMost(SOON).until(() -> count("crowd") == 20);
        assertThat(Wire.get(node.port(), "/v1/events", token("crowd", MAY)).code())
                .isEqualTo("too-many-connections");
        try (Wire second = Wire.socket(node.port(), null, "?session=true")) {
            second.say(ticket.message());
            second.hear("resumed");
        }
        Wire.post(node.port(), "/v1/disconnect", token("root", ADMIN), "{\"user\":\"crowd\"}");
        crowd.forEach(Wire::close);
    }

    /** A client that has begun a session and is gone. */
    private static Ticket leave(String token) {
        Wire first = Wire.socket(node.port(), token, "?session=true");
        Ticket ticket = Ticket.of(first.hear("connected"));
        first.close();
        return ticket;
    }

    private static String refusal(Ticket ticket) {
        try (Wire client = Wire.socket(node.port(), null)) {
            client.say(ticket.message());
            return client.hear("problem", "connected").path("code").asText();
        }
    }

    private static void publish(String channel, String type, int data) {
        Wire.Reply reply = Wire.post(
                node.port(),
                "/v1/channels/" + channel + "/events",
                token("publisher", MAY),
                "{\"type\":\"" + type + "\",\"data\":" + data + "}");
        assertThat(reply.status()).isEqualTo(201);
    }

    private static JsonNode json(SseParser.Message message) {
        try {
            return Wire.JSON.readTree(message.data());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What is told next of the user. */
    private static String presence(Wire watcher, String user) {
        while (true) {
            SseParser.Message message = watcher.event();
            if (message.type().equals("presence")
                    && json(message).path("userId").asText().equals(user)) {
                return json(message).path("action").asText();
            }
        }
    }

    private static JsonNode found(String user) throws IOException {
        return Wire.get(node.port(), "/v1/connections?user=" + user, token("root", ADMIN))
                .json();
    }

    private static int count(String user) throws IOException {
        return found(user).path("total").asInt();
    }

    private static JsonNode listed(String user) throws IOException {
        return found(user).path("connections").path(0);
    }
}
