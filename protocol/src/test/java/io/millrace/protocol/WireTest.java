package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The golden files under {@code wire/}, read by the TypeScript client too: what stands there is what is sent. */
class WireTest {
    private static final Control.State STATE =
            new Control.State(ChannelName.of("user:42"), 3, JsonData.trusted(Cases.utf8("{\"a\":1e400}")));
    private static final String COMPLETED = "{\"data\": {\"tokens\": 812}}";
    private static final String FAILED =
            "{\"problem\":{\"detail\":\"The model is overloaded\",\"code\":\"overloaded\"},\"data\":null,\"key\":\"k\"}";

    private static final Epoch EPOCH = new Epoch("abcd2345");
    private static final ChannelName CHANNEL = ChannelName.of("user:42");
    private static final Position THREE = new Position(EPOCH, 3);
    private static final String ID = Cursor.of(CHANNEL, THREE);
    private static final String FAMILY_ID =
            FamilyCursor.of(EPOCH, "jobs", new CommitPosition(741, 12, 3)).text();
    private static final Instant TIME = Instant.parse("2026-01-31T12:00:00.007Z");
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
    private static final Ref ONE = new Ref("1");
    private static final Receipt RECEIPT = new Receipt(ID, CHANNEL, THREE, false);
    private static final Control.Standing STANDING = new Control.Standing(CHANNEL, 3, 1, 2);

    @TestFactory
    Stream<DynamicTest> cursors() {
        return Cases.of("wire/cursors.json", 12, it -> {
            Epoch epoch = new Epoch(it.get("epoch").asText());
            SortedMap<ChannelName, Long> offsets = new TreeMap<>();
            it.get("offsets")
                    .fields()
                    .forEachRemaining(e ->
                            offsets.put(ChannelName.of(e.getKey()), e.getValue().asLong()));
            String expected = it.get("expected").asText();
            assertThat(Cursor.of(epoch, offsets)).isEqualTo(expected);
            Cursor cursor = ((Cursor.Valid) Cursor.parse(expected)).cursor();
            assertThat(cursor.epoch()).isEqualTo(epoch);
            assertThat(cursor.channels()).isEqualTo(offsets.size());
            offsets.forEach((channel, offset) ->
                    assertThat(cursor.find(channel)).isEqualTo(new Cursor.At(new Position(epoch, offset))));
        });
    }

    @TestFactory
    Stream<DynamicTest> sseFrames() {
        return Cases.of("wire/sse-frames.json", 16, it -> assertThat(Cases.utf8(SseFrames.event(
                        Cases.textOrNull(it, "id"),
                        it.get("type").asText(),
                        Cases.utf8(it.get("data").asText()))))
                .isEqualTo(it.get("expected").asText()));
    }

    @TestFactory
    Stream<DynamicTest> sseStreams() {
        return Cases.of("wire/sse-streams.json", 21, it -> {
            byte[] stream = Cases.utf8(it.get("stream").asText());
            List<SseParser.Message> expected = StreamSupport.stream(
                            it.get("messages").spliterator(), false)
                    .map(m -> new SseParser.Message(
                            m.get("id").asText(),
                            m.get("type").asText(),
                            m.get("data").asText()))
                    .toList();
            SseParser whole = new SseParser();
            assertThat(whole.feed(stream)).isEqualTo(expected);
            SseParser bytewise = new SseParser();
            List<SseParser.Message> messages = new ArrayList<>();
            for (byte b : stream) {
                messages.addAll(bytewise.feed(new byte[] {b}));
            }
            assertThat(messages).as("byte by byte").isEqualTo(expected);
            assertThat(whole.lastEventId()).isEqualTo(it.get("lastEventId").asText());
            assertThat(whole.comments()).isEqualTo(it.get("comments").asLong());
            assertThat(whole.retry().map(Duration::toMillis).orElse(null))
                    .isEqualTo(
                            it.hasNonNull("retryMillis") ? it.get("retryMillis").asLong() : null);
        });
    }

    @TestFactory
    Stream<DynamicTest> clientMessages() {
        return Cases.of("wire/client-messages.json", 17, it -> assertThat(describe(ClientMessage.parse(
                        Cases.utf8(it.get("input").asText()), JsonInput.Limits.ofBytes(10_000), 10)))
                .isEqualTo(described(it.get("expected"))));
    }

    @Test
    void everyClientMessageHasACase() {
        Set<Object> kinds = new HashSet<>();
        Cases.read("wire/client-messages.json")
                .forEach(it -> kinds.add(
                        ClientMessage.parse(Cases.utf8(it.get("input").asText()), JsonInput.Limits.ofBytes(10_000), 10)
                                .getClass()));
        assertThat(kinds).containsExactlyInAnyOrder((Object[]) ClientMessage.class.getPermittedSubclasses());
    }

    private static Map<String, Object> describe(ClientMessage message) {
        Map<String, Object> fields = new TreeMap<>();
        if (message.ref() != null) {
            fields.put("ref", message.ref().json());
        }
        if (message instanceof ClientMessage.Authenticate authenticate) {
            fields.put("type", "authenticate");
            fields.put("token", authenticate.token());
            if (authenticate.own()) {
                fields.put("own", "true");
            }
            if (authenticate.compress() != null) {
                fields.put("compress", authenticate.compress().toString());
            }
        } else if (message instanceof ClientMessage.Resume resume) {
            fields.put("type", "resume");
            fields.put("connection", resume.connection());
            fields.put("secret", resume.secret());
            fields.put("from", new TreeMap<>(resume.from()).toString());
        } else if (message instanceof ClientMessage.SubscribeOwn subscribe) {
            fields.put("type", "subscribe");
            fields.put("own", "true");
            if (subscribe.from() != null) {
                fields.put("from", subscribe.from());
            }
        } else if (message instanceof ClientMessage.Subscribe subscribe) {
            fields.put("type", "subscribe");
            fields.put("channel", subscribe.channel().value());
            if (subscribe.from() != null) {
                fields.put("from", subscribe.from());
            }
            if (!subscribe.filter().isNone()) {
                fields.put("filter", subscribe.filter().toString());
            }
            if (subscribe.presence()) {
                fields.put("presence", "true");
            }
        } else if (message instanceof ClientMessage.Presence presence) {
            fields.put("type", "presence");
            fields.put("channel", presence.channel().value());
        } else if (message instanceof ClientMessage.SubscribeFamily subscribe) {
            fields.put("type", "subscribe");
            fields.put("family", subscribe.family());
            fields.put("filter", subscribe.filter().toString());
            if (subscribe.from() != null) {
                fields.put("from", subscribe.from());
            }
        } else if (message instanceof ClientMessage.UnsubscribeFamily unsubscribe) {
            fields.put("type", "unsubscribe");
            fields.put("family", unsubscribe.family());
        } else if (message instanceof ClientMessage.Unsubscribe unsubscribe) {
            fields.put("type", "unsubscribe");
            fields.put("channel", unsubscribe.channel().value());
        } else if (message instanceof ClientMessage.Publish publish) {
            fields.put("type", "publish");
            fields.put("channel", publish.channel().value());
            fields.put("drafts", publish.drafts().stream().map(WireTest::draft).toList());
        } else if (message instanceof ClientMessage.Command command) {
            fields.put("type", "command");
            fields.put("channel", command.channel().value());
            fields.put("name", command.command().name());
            fields.put("data", command.command().data().toString());
            if (command.command().id() != null) {
                fields.put("id", command.command().id());
            }
            if (command.command().expectedOffset() != null) {
                fields.put("expectedOffset", command.command().expectedOffset().toString());
            }
        } else {
            fields.put("type", "ping");
        }
        return fields;
    }

    private static List<String> draft(Draft draft) {
        return Stream.of(draft.type().value(), draft.data().toString(), draft.key(), draft.source())
                .map(String::valueOf)
                .toList();
    }

    private static Map<String, Object> described(JsonNode expected) {
        Map<String, Object> fields = new TreeMap<>();
        expected.fields().forEachRemaining(field -> {
            if (field.getKey().equals("drafts")) {
                List<List<String>> drafts = new ArrayList<>();
                field.getValue()
                        .forEach(d -> drafts.add(Stream.of("type", "data", "key", "source")
                                .map(name -> String.valueOf(Cases.textOrNull(d, name)))
                                .toList()));
                fields.put("drafts", drafts);
            } else {
                fields.put(field.getKey(), field.getValue().asText());
            }
        });
        return fields;
    }

    @TestFactory
    Stream<DynamicTest> serverMessages() {
        Event event = event("{\"n\":1e400}", "stable");
        Map<String, Supplier<byte[]>> made = Map.ofEntries(
                Map.entry("authenticated", () -> ServerMessage.authenticated(ONE, "42", "e7", NOON)),
                Map.entry("resumed", () -> ServerMessage.resumed(ONE, "42", "e7", NOON, List.of("user:42", "jobs:*"))),
                Map.entry("authenticated, least", () -> ServerMessage.authenticated(null, "42", null, null)),
                Map.entry("subscribed", () -> ServerMessage.subscribed(new Ref("\"s1\""), CHANNEL, ID, EPOCH, 3, 1)),
                Map.entry("subscribed, family", () -> ServerMessage.subscribed(ONE, "jobs:*", FAMILY_ID, EPOCH)),
                Map.entry("unsubscribed", () -> ServerMessage.unsubscribed(new Ref("2"), CHANNEL)),
                Map.entry("cursor", () -> ServerMessage.cursor(CHANNEL.value(), ID)),
                Map.entry("event", () -> ServerMessage.event(CHANNEL, EPOCH, ID, event)),
                Map.entry("event, least", () -> ServerMessage.event(CHANNEL, EPOCH, ID, event("null", null))),
                Map.entry("full envelope", () -> EventJson.full(CHANNEL, EPOCH, ID, event)),
                Map.entry("batch", () -> batch(event)),
                Map.entry("history item", () -> EventJson.bytes(CHANNEL, EPOCH, ID, event)),
                Map.entry("history page", WireTest::historyPage),
                Map.entry("history page, empty", () -> new HistoryPage(CHANNEL, EPOCH, 3, 1, List.of(), ID).json()),
                Map.entry("history page, complete", () -> new HistoryPage(CHANNEL, EPOCH, 3, 1, List.of(), ID)
                        .last()
                        .json()),
                Map.entry(
                        "subscribed, complete",
                        () -> ServerMessage.subscribed(ONE, ID, EPOCH, new Control.Standing(CHANNEL, 3, 1, 2, true))),
                Map.entry("end", () -> ServerMessage.event(CHANNEL, EPOCH, ID, end(COMPLETED))),
                Map.entry("end, least", () -> ServerMessage.event(CHANNEL, EPOCH, ID, end("{}"))),
                Map.entry("end, failed", () -> ServerMessage.event(CHANNEL, EPOCH, ID, end(FAILED))),
                Map.entry("end as history item", () -> EventJson.bytes(CHANNEL, EPOCH, ID, end(COMPLETED))),
                Map.entry("end, failed, as history item", () -> EventJson.bytes(CHANNEL, EPOCH, ID, end(FAILED))),
                Map.entry("end on an event stream", () -> StreamEnd.json(CHANNEL, end(COMPLETED))),
                Map.entry("end, failed, on an event stream", () -> StreamEnd.json(CHANNEL, end(FAILED))),
                Map.entry("published", () -> ServerMessage.published(ONE, List.of(RECEIPT))),
                Map.entry("receipt", RECEIPT::json),
                Map.entry("receipt, superseded", () -> new Receipt(ID, CHANNEL, THREE, false, true).json()),
                Map.entry("receipts", () -> Receipt.json(List.of(RECEIPT, new Receipt(ID, CHANNEL, THREE, true)))),
                Map.entry("state", () -> ServerMessage.state(ID, STATE)),
                Map.entry(
                        "commanded",
                        () -> ServerMessage.commanded(
                                ONE, commanded("c-1", 2, true, JsonData.trusted(Cases.utf8("{\"left\":7}"))))),
                Map.entry("commanded, least", () -> ServerMessage.commanded(null, commanded(null, 0, false, null))),
                Map.entry("command's answer", () -> commanded("c-1", 1, false, null)
                        .json()),
                Map.entry("pong", () -> ServerMessage.pong(new Ref("\"p\""), TIME)),
                Map.entry(
                        "problem",
                        () -> ServerMessage.problem(
                                ONE, Refusal.of(Code.RATE_LIMITED, "10 a second", Duration.ofMillis(1200)))),
                Map.entry("connected", () -> ServerMessage.connected(connected(null, List.of()))),
                Map.entry("reset", () -> ServerMessage.reset(reset(null, ResetReason.FOREIGN))),
                Map.entry("reconnect", () -> ServerMessage.reconnect(reconnect())),
                Map.entry("presence", () -> ServerMessage.presence(ONE, presence())),
                Map.entry(
                        "presence page",
                        () -> PresentUser.page(
                                ChannelName.of("room:1"), List.of(), 0, List.of(new PresentUser("42", 0, null, NOON)))),
                Map.entry("complete", ServerMessage::complete));
        return Cases.of("wire/server-messages.json", made.size(), it -> assertThat(
                        Cases.utf8(made.get(it.get("name").asText()).get()))
                .isEqualTo(it.get("expected").asText()));
    }

    private static Control.Presence presence() {
        return Control.Presence.state(ChannelName.of("room:1"), List.of(new PresentUser("42", 2, NOON, NOON)), 1, NOON);
    }

    private static Commanded commanded(String id, int events, boolean duplicate, JsonData reply) {
        CommandDraft command = new CommandDraft("reserve", JsonMembers.NULL, id, null);
        return new Commanded(CHANNEL, command, THREE, ID, events, duplicate, reply);
    }

    private static byte[] batch(Event event) {
        byte[] message = ServerMessage.event(CHANNEL, EPOCH, ID, event);
        return Cases.utf8(Cases.utf8(ServerMessage.Batch.MESSAGE_START)
                + Cases.utf8(message) + "," + Cases.utf8(message)
                + Cases.utf8(ServerMessage.Batch.END));
    }

    @Test
    void whatIsCompressedComesOutAgain() throws IOException {
        byte[] message = Cases.utf8("{\"type\":\"event\",\"data\":\"" + "x".repeat(5000) + "\"}");
        JsonNode compressed = new ObjectMapper().readTree(ServerMessage.compressed(message));
        assertThat(compressed.get("type").asText()).isEqualTo("compressed").isIn(EventType.RESERVED);
        assertThat(compressed.get("encoding").asText()).isEqualTo("gzip");
        byte[] zipped = Base64.getDecoder().decode(compressed.get("data").asText());
        assertThat(new GZIPInputStream(new ByteArrayInputStream(zipped)).readAllBytes())
                .isEqualTo(message);
    }

    private static byte[] historyPage() {
        List<byte[]> events = List.of(Cases.utf8("{\"n\":1}"), Cases.utf8("{\"n\":2}"));
        Control.Reset reset = new Control.Reset(CHANNEL, new Position(EPOCH, 0), 2, 3, EPOCH, ResetReason.RETENTION);
        return new HistoryPage(CHANNEL, EPOCH, 3, 2, events, ID).after(reset).json();
    }

    @TestFactory
    Stream<DynamicTest> controlEvents() {
        Position other = new Position(new Epoch("zzzz7777"), 9);
        Map<String, Control> made = Map.ofEntries(
                Map.entry("connected", connected("e7", List.of(STANDING))),
                Map.entry(
                        "connected, complete", connected(null, List.of(new Control.Standing(CHANNEL, 3, 1, 2, true)))),
                Map.entry("connected, least", connected(null, List.of())),
                Map.entry("connected, to a session", withSession(false)),
                Map.entry("connected, resumed", withSession(true)),
                Map.entry("reset retention", reset(other, ResetReason.RETENTION)),
                Map.entry("reset epoch", reset(other, ResetReason.EPOCH)),
                Map.entry("reset future", reset(other, ResetReason.FUTURE)),
                Map.entry("reset foreign", reset(null, ResetReason.FOREIGN)),
                Map.entry("reset malformed", reset(null, ResetReason.MALFORMED)),
                Map.entry("state", STATE),
                Map.entry("reset of a family", new Control.FamilyReset("jobs:*", EPOCH, ResetReason.RETENTION)),
                Map.entry("complete", new Control.Complete()),
                Map.entry("heartbeat", new Control.Heartbeat()),
                Map.entry("presence, state", presence()),
                Map.entry("presence, join", Control.Presence.change(ChannelName.of("room:1"), "42", true, NOON)),
                Map.entry("presence, leave", Control.Presence.change(ChannelName.of("room:1"), "42", false, NOON)),
                Map.entry("problem", new Control.Problem(Refusal.of(Code.TOKEN_EXPIRED, "expired at noon"))),
                Map.entry("reconnect", reconnect()));
        assertThat(made.values().stream().map(Object::getClass).distinct())
                .as("every control event has a case")
                .containsExactlyInAnyOrder(Control.class.getPermittedSubclasses());
        return Cases.of("wire/control-events.json", made.size(), it -> {
            Control control = made.get(it.get("name").asText());
            assertThat(Cases.utf8(control.json())).isEqualTo(it.get("expected").asText());
            assertThat(control.name()).isEqualTo(it.get("event").asText()).isIn(EventType.RESERVED);
            assertThat(Cases.utf8(SseFrames.control("x", control)))
                    .isEqualTo("id: x\nevent: " + control.name() + "\ndata: "
                            + it.get("expected").asText() + "\n\n");
        });
    }

    @TestFactory
    Stream<DynamicTest> problems() {
        return Cases.of("wire/problems.json", 3, it -> {
            Duration pause = it.hasNonNull("retryAfterMillis")
                    ? Duration.ofMillis(it.get("retryAfterMillis").asLong())
                    : null;
            Refusal refusal = new Refusal(
                    Code.valueOf(it.get("code").asText()), it.get("detail").asText(), pause);
            assertThat(Cases.utf8(refusal.problemJson(it.get("instance").asText())))
                    .isEqualTo(it.get("expected").asText());
        });
    }

    /** The end that a publisher asks for with this body. */
    private static Event end(String body) {
        Draft draft = StreamEnd.draft(Cases.utf8(body), JsonInput.Limits.ofBytes(1000), "k");
        assertThat(draft.key()).isEqualTo("k");
        return new Event(3, TIME, draft.type(), draft.data(), null, draft.key(), "svc");
    }

    private static Event event(String data, String source) {
        return new Event(
                3, TIME, EventType.of("horses:created"), JsonData.trusted(Cases.utf8(data)), source, "key", "svc");
    }

    private static Control.Connected withSession(boolean resumed) {
        Control.Session session = new Control.Session("s3cret", Duration.ofMinutes(2), resumed);
        return new Control.Connected("c1", "42", null, List.of(), EPOCH, Duration.ofSeconds(15), session);
    }

    private static Control.Connected connected(String entityId, List<Control.Standing> channels) {
        return new Control.Connected("c1", "42", entityId, channels, EPOCH, Duration.ofSeconds(15), null);
    }

    private static Control.Reset reset(Position requested, ResetReason reason) {
        return new Control.Reset(CHANNEL, requested, 1, 3, EPOCH, reason);
    }

    private static Control.Reconnect reconnect() {
        return new Control.Reconnect(Duration.ofMillis(1500), Code.GOING_AWAY);
    }
}
