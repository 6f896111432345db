package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The corpus under {@code bad/}: each input with the one answer it must get. */
class BadInputTest {
    private static final JsonInput.Limits LIMITS = JsonInput.Limits.ofBytes(65_536 - 1);
    private static final WsDecoder.Limits WS_LIMITS = new WsDecoder.Limits(4096, 8192, 8);

    @Test
    void everyFileOfCasesIsRunBySomeTest() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/resources"))) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(it -> it.getParent().getFileName() + "/" + it.getFileName()))
                    .containsExactlyInAnyOrder(
                            "json/data.json",
                            "json/drafts.json",
                            "json/client-messages.json",
                            "json/filters.json",
                            "query/filters.json",
                            "wire/filters.json",
                            "channel/names.json",
                            "sse/last-event-id.json",
                            "sse/fields.json",
                            "ws/frames.json",
                            "wire/cursors.json",
                            "wire/sse-frames.json",
                            "wire/sse-streams.json",
                            "wire/client-messages.json",
                            "wire/server-messages.json",
                            "wire/control-events.json",
                            "wire/problems.json",
                            "wire/merge-patch.json",
                            "wire/codes.json");
        }
    }

    @TestFactory
    Stream<DynamicTest> data() {
        return Cases.of(
                "bad/json/data.json",
                78,
                it -> answered(it, () -> JsonInput.data(input(it), LIMITS).toString()));
    }

    @TestFactory
    Stream<DynamicTest> drafts() {
        return Cases.of(
                "bad/json/drafts.json",
                56,
                it -> answered(it, () -> JsonInput.drafts(input(it), LIMITS, null, 100)
                        .get(0)
                        .data()
                        .toString()));
    }

    @TestFactory
    Stream<DynamicTest> clientMessages() {
        return Cases.of(
                "bad/json/client-messages.json",
                37,
                it -> answered(
                        it, () -> ClientMessage.parse(input(it), LIMITS, 100).toString()));
    }

    @TestFactory
    Stream<DynamicTest> channelNames() {
        return Cases.of("bad/channel/names.json", 56, it -> {
            Supplier<String> name =
                    () -> ChannelName.of(Cases.text(it.get("input"))).value();
            if (it.has("accepted")) {
                assertThat(name.get()).isEqualTo(it.get("accepted").asText());
            } else {
                InvalidInput fault = catchThrowableOfType(InvalidInput.class, name::get);
                assertThat(fault.code().code()).isEqualTo(it.get("code").asText());
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> lastEventIds() {
        return Cases.of("bad/sse/last-event-id.json", 74, it -> assertThat(place(Cases.text(it.get("input"))))
                .isEqualTo(it.get("expected").asText()));
    }

    private static String place(String text) {
        if (!(Cursor.parse(text) instanceof Cursor.Valid valid)) {
            return "malformed";
        }
        Cursor.Lookup place = valid.cursor().find(ChannelName.of("global"));
        return place instanceof Cursor.At at
                ? "at " + at.position().epoch() + " " + at.position().offset()
                : "foreign";
    }

    @TestFactory
    Stream<DynamicTest> sseFields() {
        return Cases.of("bad/sse/fields.json", 62, it -> {
            String id = it.get("id").asText();
            String type = it.get("type").asText();
            byte[] data = Cases.utf8(it.get("data").asText());
            if (it.has("refused")) {
                assertThatIllegalArgumentException().isThrownBy(() -> SseFrames.event(id, type, data));
            } else {
                assertThat(new SseParser().feed(SseFrames.event(id, type, data)))
                        .containsExactly(new SseParser.Message(
                                id, type, it.get("received").asText()));
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> webSocketFrames() {
        return Cases.of("bad/ws/frames.json", 87, it -> {
            byte[] bytes = HexFormat.of().parseHex(it.get("hex").asText());
            List<String> expected = new ArrayList<>();
            it.get("expected").forEach(e -> expected.add(e.asText()));
            assertThat(said(new WsDecoder(WS_LIMITS).feed(ByteBuffer.wrap(bytes))))
                    .isEqualTo(expected);
            WsDecoder bytewise = new WsDecoder(WS_LIMITS);
            List<WsDecoder.Input> inputs = new ArrayList<>();
            for (byte b : bytes) {
                inputs.addAll(bytewise.feed(ByteBuffer.wrap(new byte[] {b})));
            }
            assertThat(said(inputs)).as("byte by byte").isEqualTo(expected);
        });
    }

    static List<String> said(List<WsDecoder.Input> inputs) {
        return inputs.stream().map(BadInputTest::said).toList();
    }

    private static String said(WsDecoder.Input input) {
        if (input instanceof WsDecoder.Text text) {
            return "text " + Cases.utf8(text.utf8());
        } else if (input instanceof WsDecoder.Binary binary) {
            return "binary " + Cases.utf8(binary.payload());
        } else if (input instanceof WsDecoder.Ping ping) {
            return "ping " + Cases.utf8(ping.payload());
        } else if (input instanceof WsDecoder.Pong pong) {
            return "pong " + Cases.utf8(pong.payload());
        } else if (input instanceof WsDecoder.Close close) {
            return "close " + close.code() + " " + close.reason();
        }
        return "violation " + ((WsDecoder.Violation) input).closeCode();
    }

    private static byte[] input(JsonNode it) {
        return Cases.bytes(it.get("input"));
    }

    private static void answered(JsonNode it, Supplier<String> attempt) {
        if (it.has("accepted")) {
            assertThat(attempt.get()).isEqualTo(it.get("accepted").asText());
            return;
        }
        InvalidInput fault = catchThrowableOfType(InvalidInput.class, attempt::get);
        assertThat(fault).as("a refusal").isNotNull();
        assertThat(fault.code().code()).isEqualTo(it.get("code").asText());
        assertThat(fault.field()).isEqualTo(it.get("field").asText());
        if (it.has("rule")) {
            assertThat(fault.rule()).contains(it.get("rule").asText());
        }
    }
}
