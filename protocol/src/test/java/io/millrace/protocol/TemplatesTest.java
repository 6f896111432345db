package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.TopicScope.Party;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TemplatesTest {
    private static final Party ANNE = new Party("anne", "e7");

    private static final TopicScope SCOPE = TopicScope.parse("{topic}:entity:{entity}");

    /** Topics that the server scopes to the login's entity. */
    private static final HeardTemplates TOPICS = new HeardTemplates(
            templates("\"{topic}\""),
            SCOPE,
            Map.of(
                    "subscribe",
                            JsonTemplate.parse(
                                    "{\"type\":\"subscribe\",\"channel\":\"{channel}\",\"filters\":\"{filters}\"}"),
                    "", JsonTemplate.parse("{\"type\":\"authenticate\",\"token\":\"{auth.token}\"}")));

    private static final SaidTemplates SAID_OF_TOPICS = new SaidTemplates(
            SCOPE,
            Map.of(
                    "event",
                            JsonTemplate.parse(
                                    "{\"type\":\"event\",\"topic\":\"{topic}\",\"data\":\"{data}\",\"timestamp\":\"{time}\"}"),
                    "pong", JsonTemplate.parse("{\"type\":\"pong\",\"timestamp\":\"{timeMillis}\"}"),
                    "problem",
                            JsonTemplate.parse(
                                    "{\"type\":\"error\",\"data\":{\"code\":\"{code}\"},\"timestamp\":\"{time}\"}")),
            Set.of("subscribed"));

    /** Channels as objects, and events as nothing but their data. */
    private static final HeardTemplates OBJECTS = new HeardTemplates(
            templates(
                    "\"{channel.type}:{channel.id}:{channel.userId}\"",
                    "\"{channel.type}:{channel.id}\"",
                    "\"{channel.type}:{channel.userId}\"",
                    "\"{channel}\""),
            null,
            Map.of("subscribe", JsonTemplate.parse("{\"type\":\"subscribe\",\"channel\":\"{channel}\"}")));

    private static final SaidTemplates DATA_ALONE =
            new SaidTemplates(null, Map.of("event", JsonTemplate.parse("\"{data}\"")), Set.of());

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
                                SAID_OF_TOPICS,
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
        assertThat(fromOurs(SAID_OF_TOPICS, "{\"type\":\"subscribed\",\"channel\":\"t\"}"))
                .isNull();
    }

    @Test
    void timesComeAsMillisecondsToo() {
        assertThat(fromOurs(SAID_OF_TOPICS, "{\"type\":\"pong\",\"time\":\"1970-01-01T00:00:01.007Z\"}"))
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
                        DATA_ALONE, "{\"type\":\"event\",\"channel\":\"c\",\"data\":{\"type\":\"alert\",\"n\":1e400}}"))
                .isEqualTo("{\"type\":\"alert\",\"n\":1e400}");
    }

    @Test
    void whatHasNoTemplateGoesThrough() {
        assertThat(toOurs(TOPICS, "{\"type\":\"ping\"}")).isEqualTo("{\"type\":\"ping\"}");
        assertThat(toOurs(TOPICS, "no json")).isEqualTo("no json");
        assertThat(fromOurs(SAID_OF_TOPICS, "{\"type\":\"reset\"}")).isEqualTo("{\"type\":\"reset\"}");
        assertThat(toOurs(HeardTemplates.NONE, "{ }")).isEqualTo("{ }");
        assertThat(SaidTemplates.NONE.isNone()).isTrue();
    }

    @Test
    void whatCarriesNoTimeIsSaidNow() {
        assertThat(fromOurs(SAID_OF_TOPICS, "{\"type\":\"problem\",\"code\":\"forbidden\",\"ref\":1}"))
                .isEqualTo(
                        "{\"type\":\"error\",\"data\":{\"code\":\"forbidden\"},\"timestamp\":\"1970-01-01T00:00:00.009Z\"}");
    }

    @Test
    void anEventIsNeverLostToATemplate() {
        SaidTemplates needy = new SaidTemplates(null, Map.of("event", JsonTemplate.parse("\"{data.x}\"")), Set.of());
        String without = "{\"type\":\"event\",\"data\":7}";
        assertThat(fromOurs(needy, without)).isEqualTo(without);
        assertThat(fromOurs(DATA_ALONE, "{\"type\":\"event\",\"data\":null}")).isEqualTo("null");
        for (String type : List.of("event", "complete", "problem", "reset", "state")) {
            assertThatThrownBy(() -> new SaidTemplates(null, Map.of(), Set.of(type)))
                    .hasMessageContaining(type + ": can't be left unsaid");
        }
    }

    @Test
    void aTemplateKnowsThePlacesOfItsMessage() {
        assertThatThrownBy(() -> new SaidTemplates(
                        null, Map.of("pong", JsonTemplate.parse("{\"a\":[\"x{data.y}\"]}")), Set.of()))
                .hasMessageContaining("pong: there is no {data.y}; there are ref, time, timeMillis, type");
        assertThatThrownBy(() -> new SaidTemplates(null, Map.of("shout", JsonTemplate.parse("{}")), Set.of()))
                .hasMessageContaining("shout: is nothing the server says");
    }

    @Test
    void aScopeNeedsATopic() {
        assertThatThrownBy(() -> TopicScope.parse("x:{entity}")).hasMessageContaining("{topic}");
        assertThatThrownBy(() -> TopicScope.parse("{topic}:{topic}")).hasMessageContaining("{topic}");
        assertThatThrownBy(() -> TopicScope.parse("{topic}:{region}")).hasMessageContaining("{topic}");
    }

    private static String subscribe(String channel) {
        return "{\"type\":\"subscribe\",\"channel\":" + channel + "}";
    }

    private static List<JsonTemplate> templates(String... json) {
        return List.of(json).stream().map(JsonTemplate::parse).toList();
    }

    private static String toOurs(HeardTemplates heard, String message) {
        return text(heard.toOurs(utf8(message), ANNE));
    }

    private static @Nullable String fromOurs(SaidTemplates templates, String message) {
        byte[] said = templates.of(utf8(message), Instant.ofEpochMilli(9));
        return said == null ? null : text(said);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
