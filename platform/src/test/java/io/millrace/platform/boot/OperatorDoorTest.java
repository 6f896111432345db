package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.protocol.SseParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who is connected, how many may be, and how an operator or a revocation ends it; at real sockets. */
@ExtendWith(RunningNode.Extension.class)
class OperatorDoorTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static RunningNode node;
    private static String admin;

    @BeforeAll
    static void start(RunningNode running) {
        node = running;
        admin = token("root", "*:admin");
    }

    @Test
    void everyConnectionIsListedWithWhatItFollows() throws Exception {
        String token = RunningNode.entityToken("lister", "acme", "doors:*:subscribe,publish");
        try (Wire stream = Wire.stream(node.port(), "/v1/events?channel=doors:listed&channel=global", token);
                Wire socket = Wire.socket(node.port(), token)) {
            String id = json(stream.event()).path("connectionId").asText();
            socket.hear("connected");
            Wire.post(node.port(), "/v1/channels/doors:listed/events", token, "{\"type\":\"a\",\"data\":1}");
            assertThat(stream.event().data()).isEqualTo("1");
            JsonNode all = get("/v1/connections?user=lister");
            assertThat(all.path("total").asInt()).isEqualTo(2);
            JsonNode first = all.path("connections").get(0);
            assertThat(first.path("connectionId").asText()).isEqualTo(id);
            assertThat(first.path("entityId").asText()).isEqualTo("acme");
            assertThat(first.path("transport").asText()).isEqualTo("sse");
            assertThat(first.path("address").asText()).isEqualTo("127.0.0.1");
            assertThat(first.path("bufferedBytes").asLong()).isZero();
            assertThat(first.path("tokenId").asText()).isNotEmpty();
            assertThat(first.path("connectedAt").asText()).endsWith("Z");
            JsonNode listed = first.path("subscriptions").get(0);
            assertThat(listed.path("channel").asText()).isEqualTo("doors:listed");
            assertThat(listed.path("position").asInt()).isEqualTo(1);
            assertThat(listed.path("lag").asInt()).isZero();
            assertThat(first.path("subscriptions")).hasSize(2);
            assertThat(all.path("connections").get(1).path("transport").asText())
                    .isEqualTo("websocket");
            assertThat(get("/v1/connections?channel=doors:listed").path("total").asInt())
                    .isEqualTo(1);
            assertThat(get("/v1/connections?entity=acme&limit=1").path("connections"))
                    .hasSize(1);
            assertThat(get("/v1/connections?user=lister&node=elsewhere:1")
                            .path("total")
                            .asInt())
                    .isZero();
            assertThat(Wire.get(node.adminPort(), "/v1/connections?user=lister", null)
                            .json()
                            .path("total")
                            .asInt())
                    .as("the admin port says the same")
                    .isEqualTo(2);
            assertThat(Wire.get(node.port(), "/v1/connections", token).code()).isEqualTo("forbidden");
            assertThat(Wire.get(node.port(), "/v1/connections", null).code()).isEqualTo("unauthenticated");
            assertThat(Wire.get(node.port(), "/v1/connections?limit=x", admin).code())
                    .isEqualTo("invalid-parameter");
            assertThat(Wire.get(node.port(), "/v1/connections?usr=x", admin).code())
                    .isEqualTo("invalid-parameter");
        }
    }

    @Test
    void aWholeFamilyIsListedAmongWhatAConnectionFollows() throws Exception {
        String token = token("whole", "wild:*:subscribe");
        try (Wire stream = Wire.stream(node.port(), "/v1/events?channel=wild:*&types=a", token)) {
            stream.event();
            await().atMost(PATIENCE).untilAsserted(() -> {
                JsonNode listed =
                        get("/v1/connections?user=whole").path("connections").get(0);
                JsonNode family = listed.path("subscriptions").get(0);
                assertThat(family.path("channel").asText()).isEqualTo("wild:*");
                assertThat(family.path("filter").asText()).contains("a");
                assertThat(family.has("position")).isFalse();
                assertThat(listed.has("moreSubscriptions")).isFalse();
            });
        }
    }

    @Test
    void theStatsHaveEverySystemsWords() throws Exception {
        String token = token("counter", "doors:*:subscribe,publish");
        try (Wire stream = Wire.stream(node.port(), "/v1/channels/doors:counted/events", token)) {
            stream.event();
            Wire.post(node.port(), "/v1/channels/doors:counted/events", token, "{\"type\":\"a\",\"data\":1}");
            stream.event();
            JsonNode stats = get("/v1/stats");
            assertThat(stats.path("status").asText()).isEqualTo("ok");
            assertThat(stats.path("connectedClients").asInt()).isPositive();
            assertThat(stats.path("channels").findValuesAsText("channel")).contains("doors:counted");
            assertThat(stats.path("eventHistorySize").asInt()).isPositive();
            assertThat(stats.path("sse").path("totalConnections").asInt()).isPositive();
            assertThat(stats.path("sse").path("totalEvents").asInt()).isPositive();
            assertThat(stats.path("websocket").has("totalEvents")).isTrue();
            JsonNode manager = stats.path("channelManager");
            assertThat(manager.path("isConnected").asBoolean()).isTrue();
            assertThat(manager.path("activeChannels").asInt()).isPositive();
            assertThat(manager.path("totalSubscriptions").asInt()).isPositive();
            JsonNode own = stats.path("nodes").get(0);
            assertThat(stats.path("nodes")).hasSize(1);
            assertThat(own.path("connectedClients").asInt())
                    .isEqualTo(stats.path("connectedClients").asInt());
            assertThat(own.path("channelManager").path("isConnected").asBoolean())
                    .isTrue();
            assertThat(stats.path("channels").get(0).path("nodes").fieldNames().next())
                    .isEqualTo(own.path("node").asText());
            assertThat(stats.path("unanswered")).isEmpty();
        }
    }

    @Test
    void anOperatorEndsOneConnectionOrAllOfAUser() throws Exception {
        String token = token("leaver", "doors:*:subscribe");
        try (Wire stream = Wire.stream(node.port(), "/v1/events", token);
                Wire socket = Wire.socket(node.port(), token)) {
            String id = json(stream.event()).path("connectionId").asText();
            socket.hear("connected");
            Wire.Reply ended = Wire.call(node.port(), "DELETE", "/v1/connections/" + id, admin, null);
            assertThat(ended.json().path("disconnected").asInt())
                    .as("%s", ended)
                    .isEqualTo(1);
            assertThat(json(stream.event()).path("code").asText()).isEqualTo("session-ended");
            assertThat(stream.event()).isNull();
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                            Wire.call(node.port(), "DELETE", "/v1/connections/" + id, admin, null)
                                    .code())
                    .isEqualTo("not-found"));
            JsonNode gone = get("/v1/connections?limit=0&ended=1000").path("ended");
            assertThat(gone.findValuesAsText("connectionId")).contains(id);
            assertThat(gone.findValuesAsText("code")).contains("session-ended");
            Wire.Reply all = Wire.post(node.port(), "/v1/disconnect", admin, "{\"user\":\"leaver\"}");
            assertThat(all.json().path("disconnected").asInt()).isEqualTo(1);
            assertThat(socket.closeFrame().closeCode()).isEqualTo(4105);
            assertThat(Wire.post(node.port(), "/v1/disconnect", admin, "{\"user\":\"a\",\"tokenId\":\"b\"}")
                            .status())
                    .isEqualTo(400);
            assertThat(Wire.post(node.port(), "/v1/disconnect", admin, "{\"usr\":\"a\"}")
                            .status())
                    .isEqualTo(400);
            assertThat(Wire.post(node.port(), "/v1/disconnect", token, "{\"user\":\"root\"}")
                            .code())
                    .isEqualTo("forbidden");
        }
    }

    @Test
    void aUserHasSoManyConnectionsAndNoneIsPutOutForAnother() {
        String token = token("many");
        List<Wire> open = new ArrayList<>();
        try {
            for (int i = 0; i < 19; i++) {
                open.add(Wire.stream(node.port(), "/v1/events", token));
            }
            open.add(Wire.socket(node.port(), token));
            Wire.Reply refused = Wire.get(node.port(), "/v1/events", token);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.code()).isEqualTo("too-many-connections");
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
            try (Wire late = Wire.socket(node.port(), null)) {
                late.say("{\"type\":\"authenticate\",\"token\":\"" + token + "\"}");
                assertThat(late.hear("problem").path("retryAfter").asInt()).isPositive();
                assertThat(late.closeFrame().closeCode()).isEqualTo(4002);
            }
            for (Wire each : open.subList(0, 19)) {
                assertThat(each.event().type()).isEqualTo("connected");
            }
            open.remove(0).close();
            await().atMost(PATIENCE).untilAsserted(() -> {
                try (Wire again = new Wire(node.port())) {
                    again.send(Wire.request("GET", "/v1/events", token, null));
                    assertThat(again.head().status()).isEqualTo(200);
                }
            });
            assertThat(Wire.get(node.adminPort(), "/metrics", null).toString())
                    .contains("millrace_connections_refused_total{code=\"too-many-connections\"}");
        } finally {
            open.forEach(Wire::close);
        }
    }

    @Test
    void whoIsRevokedHearsNothingMoreAndMayDoNothing() throws Exception {
        String token = token("fired", "doors:*:subscribe,publish,history");
        try (Wire stream = Wire.stream(node.port(), "/v1/channels/doors:fired/events", token);
                Wire socket = Wire.socket(node.port(), token)) {
            stream.event();
            socket.hear("connected");
            CompletableFuture<Wire.Reply> poll = CompletableFuture.supplyAsync(
                    () -> Wire.get(node.port(), "/v1/channels/doors:fired/history?after=0&wait=3", token));
            Wire.Reply revoked = Wire.post(
                    node.port(), "/v1/revocations", admin, "{\"user\":\"fired\",\"reason\":\"left\",\"seconds\":600}");
            assertThat(revoked.status()).isEqualTo(201);
            assertThat(revoked.json().path("user").asText()).isEqualTo("fired");
            assertThat(revoked.json().path("by").asText()).isEqualTo("root");
            assertThat(json(stream.event()).path("code").asText()).isEqualTo("revoked");
            assertThat(stream.event()).isNull();
            assertThat(socket.closeFrame().closeCode()).isEqualTo(4505);
            assertThat(poll.join().code()).as("a long-poll that was waiting").isEqualTo("revoked");
            for (String path : List.of(
                    "/v1/events",
                    "/v1/channels/doors:fired/events?from=earliest",
                    "/v1/channels/doors:fired/history")) {
                assertThat(Wire.get(node.port(), path, token).code()).as(path).isEqualTo("revoked");
            }
            assertThat(Wire.post(node.port(), "/v1/channels/doors:fired/events", token, "{\"type\":\"a\",\"data\":1}")
                            .code())
                    .isEqualTo("revoked");
            try (Wire back = Wire.socket(node.port(), null)) {
                back.say("{\"type\":\"authenticate\",\"token\":\"" + token + "\"}");
                assertThat(back.closeFrame().closeCode()).isEqualTo(4505);
            }
            String fresh = RunningNode.tokenOfLater("fired", Duration.ofSeconds(2), "doors:*:subscribe,history");
            assertThat(Wire.get(node.port(), "/v1/channels/doors:fired/history", fresh)
                            .status())
                    .as("a token issued after it")
                    .isEqualTo(200);
            String id = revoked.json().path("id").asText();
            assertThat(get("/v1/revocations").path("revocations").findValuesAsText("id"))
                    .contains(id);
            assertThat(Wire.call(node.port(), "DELETE", "/v1/revocations/" + id, admin, null)
                            .status())
                    .isEqualTo(200);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(Wire.get(node.port(), "/v1/channels/doors:fired/history", token)
                                    .status())
                            .isEqualTo(200));
            assertThat(Wire.call(node.port(), "DELETE", "/v1/revocations/" + id, admin, null)
                            .code())
                    .isEqualTo("not-found");
        }
    }

    @Test
    void oneTokenOrOneConnectionCanBeRevokedByItself() throws Exception {
        String lost = token("twice", "doors:*:subscribe");
        String kept = token("twice", "doors:*:subscribe");
        try (Wire byLost = Wire.stream(node.port(), "/v1/events", lost);
                Wire byKept = Wire.stream(node.port(), "/v1/events", kept);
                Wire other = Wire.stream(node.port(), "/v1/events", kept)) {
            String lostId = json(byLost.event()).path("connectionId").asText();
            byKept.event();
            String otherId = json(other.event()).path("connectionId").asText();
            String tokenId = "";
            for (JsonNode each : get("/v1/connections?user=twice").path("connections")) {
                if (each.path("connectionId").asText().equals(lostId)) {
                    tokenId = each.path("tokenId").asText();
                }
            }
            Wire.post(node.port(), "/v1/revocations", admin, "{\"tokenId\":\"" + tokenId + "\"}");
            assertThat(json(byLost.event()).path("code").asText()).isEqualTo("revoked");
            assertThat(Wire.get(node.port(), "/v1/events", lost).code()).isEqualTo("revoked");
            Wire.post(node.port(), "/v1/revocations", admin, "{\"connection\":\"" + otherId + "\"}");
            assertThat(json(other.event()).path("code").asText()).isEqualTo("revoked");
            await().atMost(PATIENCE) // its last word comes before it is gone
                    .untilAsserted(() -> assertThat(get("/v1/connections?user=twice")
                                    .path("total")
                                    .asInt())
                            .isEqualTo(1));
            assertThat(Wire.get(node.port(), "/v1/revocations", kept).code()).isEqualTo("forbidden");
        }
    }

    private static JsonNode get(String path) {
        Wire.Reply reply = Wire.get(node.port(), path, admin);
        assertThat(reply.status()).as("%s", reply).isEqualTo(200);
        return reply.json();
    }

    private static JsonNode json(SseParser.Message message) throws Exception {
        return Wire.JSON.readTree(message.data());
    }
}
