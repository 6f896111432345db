package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.Dialect.Party;
import io.millrace.protocol.Dialect.Scope;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DialectTest {
    private static final Party ANNE = new Party("anne", "e7");

    /** Topics that the server scopes to the login's entity. */
    private static final Dialect TOPICS = new Dialect(
            templates("\"{topic}\""),
            Scope.parse("{topic}:entity:{entity}"),
            Map.of(
                    "subscribe",
                            JsonTemplate.parse(
                                    "{\"type\":\"subscribe\",\"channel\":\"{channel}\",\"filters\":\"{filters}\"}"),
                    "", JsonTemplate.parse("{\"type\":\"authenticate\",\"token\":\"{auth.token}\"}")),
            Map.of(
                    "event",
                            JsonTemplate.parse(
                                    "{\"type\":\"event\",\"topic\":\"{topic}\",\"data\":\"{data}\",\"timestamp\":\"{time}\"}"),
                    "subscribed", JsonTemplate.parse("null"),
                    "pong", JsonTemplate.parse("{\"type\":\"pong\",\"timestamp\":\"{timeMillis}\"}")));

    /** Channels as objects, and events as nothing but their data. */
    private static final Dialect OBJECTS = new Dialect(
            templates(
                    "\"{channel.type}:{channel.id}:{channel.userId}\"",
                    "\"{channel.type}:{channel.id}\"",
                    "\"{channel.type}:{channel.userId}\"",
                    "\"{channel}\""),
            null,
            Map.of("subscribe", JsonTemplate.parse("{\"type\":\"subscribe\",\"channel\":\"{channel}\"}")),
            Map.of("event", JsonTemplate.parse("\"{data}\"")));

    @Test
    void aTopicIsScopedToTheLoginsEntity() {
        assertThat(toOurs(
                        TOPICS,
                        "{\"type\":\"subscribe\",\"topic\":\"transactions.new\",\"filters\":{\"minAmount\":5}}"))
                .isEqualTo(
                        "{\"type\":\"subscribe\",\"channel\":\"transactions.new:entity:e7\",\"filters\":{\"minAmount\":5}}");
    }

    @Test
    void withoutAnEntityTheTopicStandsAloneForTheGrantsToRefuse() {
        byte[] message = utf8("{\"type\":\"subscribe\",\"topic\":\"t\"}");
        assertThat(text(TOPICS.toOurs(message, new Party("anne", null))))
                .isEqualTo("{\"type\":\"subscribe\",\"channel\":\"t\"}");
    }

    @Test
    void theClientSeesTheTopicWithoutItsScope() {
        assertThat(
                        fromOurs(
                                TOPICS,
                                "{\"type\":\"event\",\"channel\":\"a:b:entity:e7\",\"time\":\"2026-01-31T12:00:00.007Z\",\"data\":[1,{\"a\":null}]}"))
                .isEqualTo(
                        "{\"type\":\"event\",\"topic\":\"a:b\",\"data\":[1,{\"a\":null}],\"timestamp\":\"2026-01-31T12:00:00.007Z\"}");
    }

    @Test
    void aHandshakeWithoutATypeIsALogin() {
        assertThat(toOurs(TOPICS, "{\"auth\":{\"token\":\"ey\\\"J\"}}"))
                .isEqualTo("{\"type\":\"authenticate\",\"token\":\"ey\\\"J\"}");
    }

    @Test
    void anAnswerCanBeLeftOut() {
        assertThat(fromOurs(TOPICS, "{\"type\":\"subscribed\",\"channel\":\"t\"}"))
                .isNull();
    }

    @Test
    void timesComeAsMillisecondsToo() {
        assertThat(fromOurs(TOPICS, "{\"type\":\"pong\",\"time\":\"1970-01-01T00:00:01.007Z\"}"))
                .isEqualTo("{\"type\":\"pong\",\"timestamp\":1007}");
    }

    @Test
    void aChannelCanBeAnObject() {
        assertThat(toOurs(OBJECTS, subscribe("{\"type\":\"job_progress\",\"id\":\"job_1\"}")))
                .isEqualTo(subscribe("\"job_progress:job_1\""));
        assertThat(toOurs(OBJECTS, subscribe("{\"type\":\"alerts\",\"userId\":7}")))
                .isEqualTo(subscribe("\"alerts:7\""));
        assertThat(toOurs(OBJECTS, subscribe("{\"type\":\"a\",\"id\":\"b\",\"userId\":\"c\"}")))
                .isEqualTo(subscribe("\"a:b:c\""));
        assertThat(toOurs(OBJECTS, subscribe("\"plain\""))).isEqualTo(subscribe("\"plain\""));
    }

    @Test
    void aPlaceTakesNoObjectIntoAText() {
        assertThat(toOurs(OBJECTS, subscribe("{\"type\":{\"x\":1},\"id\":\"b\"}")))
                .as("left to be refused")
                .isEqualTo(subscribe("{\"type\":{\"x\":1},\"id\":\"b\"}"));
    }

    @Test
    void anEventCanBeItsDataAlone() {
        assertThat(fromOurs(
                        OBJECTS, "{\"type\":\"event\",\"channel\":\"c\",\"data\":{\"type\":\"alert\",\"n\":1e400}}"))
                .isEqualTo("{\"type\":\"alert\",\"n\":1e400}");
    }

    @Test
    void whatHasNoTemplateGoesThrough() {
        assertThat(toOurs(TOPICS, "{\"type\":\"ping\"}")).isEqualTo("{\"type\":\"ping\"}");
        assertThat(toOurs(TOPICS, "no json")).isEqualTo("no json");
        assertThat(fromOurs(TOPICS, "{\"type\":\"reset\"}")).isEqualTo("{\"type\":\"reset\"}");
        assertThat(Dialect.ours().isOurs()).isTrue();
    }

    @Test
    void aScopeNeedsATopic() {
        assertThatThrownBy(() -> Scope.parse("x:{entity}")).hasMessageContaining("{topic}");
        assertThatThrownBy(() -> Scope.parse("{topic}:{region}")).hasMessageContaining("{topic}");
    }

    private static String subscribe(String channel) {
        return "{\"type\":\"subscribe\",\"channel\":" + channel + "}";
    }

    private static List<JsonTemplate> templates(String... json) {
        return List.of(json).stream().map(JsonTemplate::parse).toList();
    }

    private static String toOurs(Dialect dialect, String message) {
        return text(dialect.toOurs(utf8(message), ANNE));
    }

    private static @Nullable String fromOurs(Dialect dialect, String message) {
        byte[] said = dialect.fromOurs(utf8(message), null);
        return said == null ? null : text(said);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
