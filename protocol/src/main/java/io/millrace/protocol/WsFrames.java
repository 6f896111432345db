package io.millrace.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A server's WebSocket frames (RFC 6455, 5.2), each whole, unmasked, header and payload in one array. */
public final class WsFrames {
    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xa;
    static final int FIN = 0x80;
    static final int MASKED = 0x80;
    static final int MAX_CONTROL = 125;

    private WsFrames() {}

    public static byte[] text(byte[] utf8) {
        return frame(TEXT, utf8);
    }

    /** The header of a text message whose bytes follow by themselves. */
    public static byte[] textHeader(int length) {
        ByteBuffer out = ByteBuffer.allocate(headerSize(length));
        header(out, TEXT | FIN, 0, length);
        return out.array();
    }

    public static byte[] binary(byte[] payload) {
        return frame(BINARY, payload);
    }

    public static byte[] ping(byte[] payload) {
        return frame(PING, requireControl(payload));
    }

    public static byte[] pong(byte[] payload) {
        return frame(PONG, requireControl(payload));
    }

    /** A close with its code; a reason too long for a control frame is cut between characters. */
    public static byte[] close(int code, String reason) {
        return frame(CLOSE, closePayload(code, reason));
    }

    static byte[] closePayload(int code, String reason) {
        if (!WsDecoder.mayBeSent(code)) {
            throw new IllegalArgumentException("close code " + code + " can't be sent");
        }
        byte[] utf8 = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(utf8.length, MAX_CONTROL - 2);
        while (length < utf8.length && (utf8[length] & 0xc0) == 0x80) {
            length--;
        }
        return ByteBuffer.allocate(2 + length)
                .putShort((short) code)
                .put(utf8, 0, length)
                .array();
    }

    static byte[] requireControl(byte[] payload) {
        // [spec] "All control frames MUST have a payload length of 125 bytes or less and MUST NOT be fragmented."
        if (payload.length > MAX_CONTROL) {
            throw new IllegalArgumentException("a control frame carries at most " + MAX_CONTROL + " bytes");
        }
        return payload;
    }

    private static byte[] frame(int opcode, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(headerSize(payload.length) + payload.length);
        header(out, opcode | FIN, 0, payload.length);
        return out.put(payload).array();
    }

    static int headerSize(int length) {
        return length <= MAX_CONTROL ? 2 : length <= 0xffff ? 4 : 10;
    }

    static void header(ByteBuffer out, int first, int mask, int length) {
        out.put((byte) first);
        // [spec] "the minimal number of bytes MUST be used to encode the length"
        if (length <= MAX_CONTROL) {
            out.put((byte) (mask | length));
        } else if (length <= 0xffff) {
            out.put((byte) (mask | 126)).putShort((short) length);
        } else {
            out.put((byte) (mask | 127)).putLong(length);
        }
    }

    /** Masks or unmasks in place, {@code phase} bytes into the payload. */
    static void mask(byte[] bytes, int from, int to, int key, int phase) {
        int turned = Integer.rotateLeft(key, 8 * (phase & 3));
        long twice = (turned & 0xffffffffL) << 32 | (turned & 0xffffffffL);
        ByteBuffer view = ByteBuffer.wrap(bytes);
        int at = from;
        for (; at + 8 <= to; at += 8) {
            view.putLong(at, view.getLong(at) ^ twice);
        }
        for (int i = 0; at < to; at++, i++) {
            bytes[at] ^= (byte) (turned >>> (24 - 8 * (i & 3)));
        }
    }

    static byte[] grown(byte[] bytes, int size, int more) {
        return bytes.length - size >= more ? bytes : Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
}
