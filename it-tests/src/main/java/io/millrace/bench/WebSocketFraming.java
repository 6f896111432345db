package io.millrace.bench;

import java.nio.charset.StandardCharsets;

/** A server's frames as in RFC 6455, section 5.2. Data may be fragmented; control frames are gathered and answered. */
final class WebSocketFraming implements Framing {
    private static final int OPCODE_CLOSE = 8;
    private static final int OPCODE_PING = 9;

    private final byte[] control = new byte[125];
    private int controlLength;
    private int opcode;
    private long left;
    /** Which byte of the header comes next, and how many the header has: 2, or with an extended length 4 or 10. */
    private int headerAt;

    private int headerBytes = 2;

    @Override
    public void decode(byte[] bytes, int from, int to, Sink sink) {
        int i = from;
        while (i < to) {
            if (headerAt < headerBytes) {
                header(bytes[i++] & 0xff);
                if (headerAt == headerBytes && left == 0) {
                    endFrame(sink);
                }
                continue;
            }
            int take = (int) Math.min(left, to - i);
            if (opcode < OPCODE_CLOSE) {
                sink.content(bytes, i, i + take);
            } else {
                System.arraycopy(bytes, i, control, controlLength, take);
                controlLength += take;
            }
            i += take;
            left -= take;
            if (left == 0) {
                endFrame(sink);
            }
        }
    }

    private void header(int b) {
        switch (headerAt++) {
            case 0 -> opcode = b & 0x0f;
            case 1 -> firstLength(b);
            default -> left = left << 8 | b;
        }
    }

    private void firstLength(int b) {
        if ((b & 0x80) != 0) {
            throw new BenchFailure("the server masked a frame, which RFC 6455 forbids");
        }
        boolean isControl = opcode >= OPCODE_CLOSE;
        if (isControl && b > control.length) {
            throw new BenchFailure("a control frame of more than 125 bytes");
        }
        headerBytes = b == 126 ? 4 : b == 127 ? 10 : 2;
        left = headerBytes == 2 ? b : 0;
        controlLength = 0;
    }

    private void endFrame(Sink sink) {
        headerAt = 0;
        headerBytes = 2;
        if (opcode == OPCODE_PING) {
            byte[] payload = new byte[controlLength];
            System.arraycopy(control, 0, payload, 0, controlLength);
            sink.ping(payload);
        } else if (opcode == OPCODE_CLOSE) {
            sink.end(closeReason());
        }
    }

    private String closeReason() {
        if (controlLength < 2) {
            return "closed without a code";
        }
        int code = (control[0] & 0xff) << 8 | control[1] & 0xff;
        return "closed with " + code + " " + new String(control, 2, controlLength - 2, StandardCharsets.UTF_8);
    }

    /** A client's frame: masked, as the standard demands; with a key of zeros, as the bench has no proxy to fool. */
    static byte[] clientFrame(int opcode, byte[] payload) {
        int extended = payload.length < 126 ? 0 : 2;
        if (payload.length > 0xffff) {
            throw new BenchFailure("the bench sends no frame of more than 65535 bytes");
        }
        byte[] frame = new byte[2 + extended + 4 + payload.length];
        frame[0] = (byte) (0x80 | opcode);
        frame[1] = (byte) (0x80 | (extended == 0 ? payload.length : 126));
        if (extended > 0) {
            frame[2] = (byte) (payload.length >> 8);
            frame[3] = (byte) payload.length;
        }
        System.arraycopy(payload, 0, frame, 6 + extended, payload.length);
        return frame;
    }
}
