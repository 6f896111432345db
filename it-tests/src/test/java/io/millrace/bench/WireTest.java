package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is read must not depend on where a read cuts it: every case runs whole and byte by byte. */
class WireTest {
    private static final int RUN = 0x1234abcd;

    @Test
    void marksAreFoundInWhatARequestSaid() {
        PublishRequest request =
                PublishRequest.render(Target.of("http://127.0.0.1:1", "t"), "c", Mark.blank(RUN, 7), 3, 100);
        ByteBuffer stamped = request.stamp(41, 123_456_789_012L);
        byte[] bytes = new byte[stamped.remaining()];
        stamped.get(bytes);

        assertThat(marks(bytes, bytes.length))
                .isEqualTo(marks(bytes, 1))
                .containsExactly("7.41 @123456789012", "7.42 @123456789012", "7.43 @123456789012");
    }

    @Test
    void whatOnlyLooksLikeAMarkIsNone() {
        byte[] bytes = ascii("~~mr~xyz~ ~mx~12345678~001~ ~mr~1234abcd~007~00000001~000000000000000f~");

        assertThat(marks(bytes, bytes.length)).isEqualTo(marks(bytes, 1)).containsExactly("7.1 @15");
    }

    @Test
    void chunksAreJoined() {
        byte[] body = ascii("5\r\nhello\r\n1;ext=1\r\n \r\nA\r\nworld, all\r\n0\r\nTrailer: x\r\n\r\n");

        assertThat(decoded(body, body.length, new ChunkedFraming()))
                .isEqualTo(decoded(body, 1, new ChunkedFraming()))
                .isEqualTo("hello world, all[end the last chunk]");
    }

    @Test
    void frameLengthsOfAllSizes() {
        for (int length : new int[] {0, 125, 126, 65_535, 65_536}) {
            byte[] head = FloorServer.frameHead(length);
            byte[] frame = ByteBuffer.allocate(head.length + length + 4)
                    .put(head)
                    .put(ascii("x".repeat(length)))
                    .put(new byte[] {(byte) 0x88, 2, 3, (byte) 0xe9})
                    .array();

            assertThat(decoded(frame, frame.length, new WebSocketFraming()))
                    .isEqualTo(decoded(frame, 1000, new WebSocketFraming()))
                    .isEqualTo("x".repeat(length) + "[end closed with 1001 ]");
        }
    }

    @Test
    void answersAreReadOneAfterTheOther() {
        ReplyReader reader = new ReplyReader();
        byte[] created = ascii("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok");
        byte[] refused = ascii("HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbusy\r\n0\r\n\r\n");

        assertThat(reader.feed(created, created.length)).isTrue();
        assertThat(reader.status()).isEqualTo(201);
        reader.reset();
        boolean complete = false;
        for (byte b : refused) {
            assertThat(complete).isFalse();
            complete = reader.feed(new byte[] {b}, 1);
        }
        assertThat(complete).isTrue();
        assertThat(reader.status()).isEqualTo(503);
        assertThat(reader.beginning()).isEqualTo("busy");
    }

    private static List<String> marks(byte[] bytes, int step) {
        MarkScanner scanner = new MarkScanner();
        List<String> found = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += step) {
            scanner.scan(bytes, from, Math.min(from + step, bytes.length), 0, (run, lane, sequence, sent, received) -> {
                assertThat(run).isEqualTo(RUN);
                found.add(lane + "." + sequence + " @" + sent);
            });
        }
        return found;
    }

    private static String decoded(byte[] bytes, int step, Framing framing) {
        StringBuilder content = new StringBuilder();
        Framing.Sink sink = new Framing.Sink() {
            @Override
            public void content(byte[] source, int from, int to) {
                content.append(new String(source, from, to - from, StandardCharsets.US_ASCII));
            }

            @Override
            public void end(String reason) {
                content.append("[end ").append(reason).append(']');
            }
        };
        for (int from = 0; from < bytes.length; from += step) {
            framing.decode(bytes, from, Math.min(from + step, bytes.length), sink);
        }
        return content.toString();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
