package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SseRoundTripTest {
    private static final int[] AWKWARD = {
        '\r', '\n', 0, ':', ' ', 0xfeff, 0x2028, 0x2029, 0x85, 0x0b, '\t', 'd', 'i', 0x1f40e, 0x10ffff, 0xe9
    };

    @Test
    void anyUnicodeComesOutAsItWentIn() {
        for (int seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            SseParser parser = new SseParser();
            String before = "";
            for (int i = 0; i < 4; i++) {
                String id = random.nextBoolean() ? oneLine(random) : null;
                String type = oneLine(random);
                String data = text(random);
                before = id == null ? before : id;
                assertThat(inPieces(parser, SseFrames.event(id, type, Cases.utf8(data)), random))
                        .as("seed " + seed)
                        .containsExactly(new SseParser.Message(before, type, data.replaceAll("\r\n|\r", "\n")));
            }
        }
    }

    @Test
    void commentsCanNotForgeAnything() {
        for (String text : List.of("", "a", "a\nid: 1", "a\rid: 1", "a\r\n\r\ndata: x\n\n", "\ndata: 1\n")) {
            SseParser parser = new SseParser();
            assertThat(parser.feed(SseFrames.comment(text))).isEmpty();
            assertThat(parser.feed(SseFrames.event(null, "t", Cases.utf8("1"))))
                    .containsExactly(new SseParser.Message("", "t", "1"));
            assertThat(parser.comments()).isPositive();
        }
    }

    @Test
    void aHeartbeatIsThreeBytesAndCarriesNoId() {
        assertThat(Cases.utf8(SseFrames.comment(""))).isEqualTo(":\n\n");
    }

    @Test
    void anIdBlockMovesTheLastEventIdAndDispatchesNothing() {
        SseParser parser = new SseParser();
        assertThat(parser.feed(SseFrames.id("x"))).isEmpty();
        assertThat(parser.lastEventId()).isEqualTo("x");
        assertThat(Cases.utf8(SseFrames.idLine("x"))).isEqualTo("id: x\n");
    }

    @Test
    void retryIsInMilliseconds() {
        SseParser parser = new SseParser();
        assertThat(parser.feed(SseFrames.retry(Duration.ofSeconds(3)))).isEmpty();
        assertThat(parser.retry()).contains(Duration.ofMillis(3000));
    }

    @Test
    void aLineWithoutEndIsBounded() {
        SseParser parser = new SseParser(1000);
        assertThatThrownBy(() -> parser.feed(new byte[2000])).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void wrongUtf8BecomesTheReplacementCharacter() {
        byte[] stream = {'d', 'a', 't', 'a', ':', (byte) 0xc0, '\n', '\n'};
        assertThat(new SseParser().feed(stream)).containsExactly(new SseParser.Message("", "message", "\ufffd"));
    }

    private static List<SseParser.Message> inPieces(SseParser parser, byte[] bytes, Random random) {
        List<SseParser.Message> messages = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int size = Math.min(bytes.length - at, 1 + random.nextInt(9));
            messages.addAll(parser.feed(ByteBuffer.wrap(bytes, at, size)));
            at += size;
        }
        return messages;
    }

    private static String oneLine(Random random) {
        return "x" + text(random).replaceAll("[\r\n\0]", "");
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(30); i > 0; i--) {
            int any = random.nextInt(0x110000);
            boolean awkward = random.nextBoolean() || (any >= 0xd800 && any < 0xe000);
            text.appendCodePoint(awkward ? AWKWARD[random.nextInt(AWKWARD.length)] : any);
        }
        return text.toString();
    }
}
