package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WsDecoderTest {
    private static final WsDecoder.Limits LIMITS = new WsDecoder.Limits(70_000, 80_000, 40);

    @Test
    void messagesInAnyFragmentsAndPiecesComeOutAsTheyWentIn() {
        for (int seed = 0; seed < 1_000; seed++) {
            Random random = new Random(seed);
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                String text = text(random);
                fragments(random, Cases.utf8(text), stream, expected);
                expected.add("text " + text);
            }
            assertThat(BadInputTest.said(inPieces(new WsDecoder(LIMITS), stream.toByteArray(), random)))
                    .as("seed " + seed)
                    .isEqualTo(expected);
        }
    }

    @Test
    void everyLengthFormRoundTripsBothWays() {
        for (int length : new int[] {0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536, 70_000}) {
            byte[] payload = new byte[length];
            new Random(length).nextBytes(payload);
            byte[] masked = WsClientFrames.binary(payload);
            byte[] plain = WsFrames.binary(payload);
            assertThat(((WsDecoder.Binary) only(new WsDecoder(LIMITS).feed(ByteBuffer.wrap(masked)))).payload())
                    .isEqualTo(payload);
            assertThat(((WsDecoder.Binary) only(WsDecoder.forClient(LIMITS).feed(ByteBuffer.wrap(plain)))).payload())
                    .isEqualTo(payload);
            assertThat(masked).hasSize(plain.length + 4);
        }
    }

    @Test
    void theExamplesOfTheRfcAreWrittenSo() {
        assertThat(hex(WsFrames.text(Cases.utf8("Hello")))).isEqualTo("810548656c6c6f");
        assertThat(hex(WsFrames.ping(Cases.utf8("Hello")))).isEqualTo("890548656c6c6f");
        assertThat(hex(WsFrames.pong(Cases.utf8("Hello")))).isEqualTo("8a0548656c6c6f");
        assertThat(hex(WsFrames.binary(new byte[256]))).startsWith("827e0100");
        assertThat(hex(WsFrames.binary(new byte[65_536]))).startsWith("827f0000000000010000");
        assertThat(hex(WsClientFrames.frame(0x81, Cases.utf8("Hello"), 0x37fa213d)))
                .isEqualTo("818537fa213d7f9f4d5158");
    }

    @Test
    void aClientRefusesMaskedFrames() {
        assertThat(BadInputTest.said(
                        WsDecoder.forClient(LIMITS).feed(ByteBuffer.wrap(WsClientFrames.text(Cases.utf8("a"))))))
                .containsExactly("violation 1002");
    }

    @Test
    void everyKindOfControlFrameComesBack() {
        WsDecoder decoder = WsDecoder.forClient(LIMITS);
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(WsFrames.ping(new byte[0]));
        stream.writeBytes(WsFrames.pong(Cases.utf8("p")));
        stream.writeBytes(WsFrames.close(Code.SLOW_CLIENT.closeCode(), "slow-client"));
        assertThat(BadInputTest.said(decoder.feed(ByteBuffer.wrap(stream.toByteArray()))))
                .containsExactly("ping ", "pong p", "close 4101 slow-client");
    }

    @Test
    void aLongCloseReasonIsCutBetweenCharacters() {
        byte[] frame = WsFrames.close(1000, "\u20ac".repeat(50));
        WsDecoder.Close close =
                (WsDecoder.Close) only(WsDecoder.forClient(LIMITS).feed(ByteBuffer.wrap(frame)));
        assertThat(close.reason()).isEqualTo("\u20ac".repeat(41));
    }

    @Test
    void framesThatMayNotBeSentCanNotBeMade() {
        assertThatIllegalArgumentException().isThrownBy(() -> WsFrames.close(1005, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> WsFrames.close(1006, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> WsFrames.ping(new byte[126]));
        assertThatIllegalArgumentException().isThrownBy(() -> new WsDecoder.Limits(10, 10, 10));
    }

    @Test
    void theDirectBufferOfASocketIsReadToo() {
        byte[] frame = WsClientFrames.text(Cases.utf8("a\u20ac"));
        ByteBuffer direct = ByteBuffer.allocateDirect(frame.length).put(frame).flip();
        assertThat(BadInputTest.said(new WsDecoder(LIMITS).feed(direct))).containsExactly("text a\u20ac");
        assertThat(direct.hasRemaining()).isFalse();
    }

    @Test
    void noRandomBytesThrow() {
        for (int seed = 0; seed < 20_000; seed++) {
            byte[] bytes = new byte[64];
            new Random(seed).nextBytes(bytes);
            new WsDecoder(LIMITS).feed(ByteBuffer.wrap(bytes));
        }
    }

    @Test
    void theHandshakeOfTheRfcIsAnsweredSo() {
        assertThat(WsHandshake.accept("dGhlIHNhbXBsZSBub25jZQ==")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    @Test
    void aKeyIsBase64OfSixteenBytes() {
        for (String bad :
                List.of("", "abc", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZTEyMzQ1", "x".repeat(24))) {
            assertThat(WsHandshake.isKey(bad)).as(bad).isFalse();
            assertThatThrownBy(() -> WsHandshake.accept(bad)).isInstanceOf(InvalidInput.class);
        }
        assertThat(WsHandshake.isVersion("13")).isTrue();
        assertThat(WsHandshake.isVersion("8")).isFalse();
    }

    private static void fragments(Random random, byte[] payload, ByteArrayOutputStream out, List<String> expected) {
        int at = 0;
        boolean first = true;
        int left = 1 + random.nextInt(6);
        while (true) {
            boolean last = --left == 0;
            int end = last ? payload.length : at + random.nextInt(payload.length - at + 1);
            int opcode = (first ? WsFrames.TEXT : WsFrames.CONTINUATION) | (last ? WsFrames.FIN : 0);
            out.writeBytes(WsClientFrames.frame(opcode, Arrays.copyOfRange(payload, at, end), random.nextInt()));
            if (last) {
                return;
            }
            if (random.nextInt(4) == 0) {
                out.writeBytes(WsClientFrames.ping(Cases.utf8("p" + at)));
                expected.add("ping p" + at);
            }
            at = end;
            first = false;
        }
    }

    private static List<WsDecoder.Input> inPieces(WsDecoder decoder, byte[] bytes, Random random) {
        List<WsDecoder.Input> inputs = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int size = Math.min(bytes.length - at, 1 + random.nextInt(20));
            inputs.addAll(decoder.feed(ByteBuffer.wrap(bytes, at, size)));
            at += size;
        }
        return inputs;
    }

    private static WsDecoder.Input only(List<WsDecoder.Input> inputs) {
        assertThat(inputs).hasSize(1);
        return inputs.get(0);
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(60); i > 0; i--) {
            int any = random.nextInt(0x110000) >> random.nextInt(14);
            text.appendCodePoint(any >= 0xd800 && any < 0xe000 ? 'x' : any);
        }
        return text.toString();
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
