package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every operation with every kind of token over every transport: what {@code bad/authz/cases.json} says is answered. */
@ExtendWith(RunningNode.Extension.class)
class AuthzCorpusTest {
    private static final String REVOKED = "authz-revoked";

    private static RunningNode node;
    private static JsonNode corpus;
    private static String cursor;
    private static String revokedToken;

    @BeforeAll
    static void start(RunningNode running) throws Exception {
        node = running;
        corpus = Wire.JSON.readTree(AuthzCorpusTest.class.getResource("/bad/authz/cases.json"));
        Wire.Reply stored = Wire.post(
                node.port(),
                "/v1/channels/authz:a/events",
                token("sower", "authz:*:publish"),
                "{\"type\":\"t\",\"data\":1}");
        cursor = stored.json().path("id").asText();
        revokedToken = token(REVOKED, "*:admin"); // older than what takes it back
        Wire.Reply revoked =
                Wire.post(node.port(), "/v1/revocations", token("root", "*:admin"), "{\"user\":\"" + REVOKED + "\"}");
        assertThat(revoked.status()).isEqualTo(201);
    }

    @Test
    void everyCaseIsAnsweredAsTheCorpusSays() {
        assertThat(corpus.path("cases")).hasSizeGreaterThanOrEqualTo(255);
        SoftAssertions all = new SoftAssertions();
        for (JsonNode each : corpus.path("cases")) {
            String answer;
            try {
                answer = answer(each);
            } catch (RuntimeException | AssertionError broken) {
                answer = broken.toString();
            }
            all.assertThat(answer).as("%s", each).isEqualTo(each.path("expect").asText());
        }
        all.assertAll();
    }

    private static String answer(JsonNode it) {
        String operation = it.path("operation").asText();
        String token = tokenOf(
                it.path("token").asText(), operation + it.path("transport").asText());
        return switch (it.path("transport").asText()) {
            case "ws" -> overSocket(operation, token);
            case "sse" -> overStream(operation, token);
            default -> overHttp(operation, token);
        };
    }

    private static String tokenOf(String name, String use) {
        if (name.equals("none")) {
            return null;
        }
        List<String> grants = new ArrayList<>();
        corpus.path("tokens").path(name).forEach(grant -> grants.add(grant.asText()));
        String[] rules = grants.toArray(String[]::new);
        return switch (name) {
            case "expired" -> token("authz-late", Instant.now().minusSeconds(60), rules);
            case "revoked" -> revokedToken;
            default -> token("authz-" + name + use, rules);
        };
    }

    private static String overHttp(String operation, String token) {
        Wire.Reply reply =
                switch (operation) {
                    case "history" -> Wire.get(node.port(), "/v1/channels/authz:a/history", token);
                    case "long-poll" -> Wire.get(node.port(), "/v1/channels/authz:a/history?after=0&wait=1", token);
                    case "publish" ->
                        Wire.post(node.port(), "/v1/channels/authz:a/events", token, "{\"type\":\"t\",\"data\":1}");
                    case "presence" -> Wire.get(node.port(), "/v1/channels/authz:a/presence", token);
                    case "connections", "revocations", "stats" -> Wire.get(node.port(), "/v1/" + operation, token);
                    case "disconnect" -> Wire.post(node.port(), "/v1/disconnect", token, "{\"user\":\"nobody\"}");
                    default -> throw new IllegalArgumentException(operation);
                };
        return reply.status() < 300 ? "allowed" : reply.code();
    }

    private static String overStream(String operation, String token) {
        String query =
                switch (operation) {
                    case "live", "resume" -> "";
                    case "replay" -> "?from=earliest";
                    case "watch" -> "?presence=true";
                    default -> throw new IllegalArgumentException(operation);
                };
        String[] headers = operation.equals("resume") ? new String[] {"Last-Event-ID: " + cursor} : new String[0];
        try (Wire wire = new Wire(node.port())) {
            wire.send(Wire.request("GET", "/v1/channels/authz:a/events" + query, token, null, headers));
            Wire.Reply head = wire.head();
            return head.status() == 200 ? "allowed" : wire.problemCode(head);
        }
    }

    private static String overSocket(String operation, String token) {
        String message =
                switch (operation) {
                    case "live" -> "{\"type\":\"subscribe\",\"channel\":\"authz:a\"}";
                    case "replay" -> "{\"type\":\"subscribe\",\"channel\":\"authz:a\",\"from\":\"earliest\"}";
                    case "watch" -> "{\"type\":\"subscribe\",\"channel\":\"authz:a\",\"presence\":true}";
                    case "presence" -> "{\"type\":\"presence\",\"channel\":\"authz:a\"}";
                    case "publish" ->
                        "{\"type\":\"publish\",\"channel\":\"authz:a\",\"event\":{\"type\":\"t\",\"data\":1}}";
                    default -> throw new IllegalArgumentException(operation);
                };
        try (Wire wire = new Wire(node.port())) {
            wire.send(Wire.upgrade("/v1/ws", token));
            Wire.Reply head = wire.head();
            if (head.status() != 101) {
                return wire.problemCode(head);
            }
            wire.say(message);
            JsonNode answer = wire.hear("subscribed", "published", "presence", "problem");
            return answer.path("type").asText().equals("problem")
                    ? answer.path("code").asText()
                    : "allowed";
        }
    }
}
