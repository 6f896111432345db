package io.millrace.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads one side's WebSocket frames (RFC 6455, 5) from bytes in pieces of any size, strictly, and puts fragments together.
 * The first broken rule is a {@link Violation} with its close code, found as early as the bytes allow; after it, or after
 * a {@link Close}, everything is ignored. Memory grows with what has arrived, never with what a header announces. Not for
 * several threads.
 */
public final class WsDecoder {
    /**
     * @param maxFrame bytes of one frame's payload
     * @param maxMessage bytes of one message, all fragments together
     * @param maxFragments frames one message may come in
     */
    public record Limits(int maxFrame, int maxMessage, int maxFragments) {
        public Limits {
            if (maxFrame < WsFrames.MAX_CONTROL || maxMessage < 1 || maxFragments < 1) {
                throw new IllegalArgumentException("maxFrame is at least 125, maxMessage and maxFragments at least 1");
            }
        }
    }

    /** What came in. */
    public sealed interface Input {}

    public record Text(byte[] utf8) implements Input {}

    public record Binary(byte[] payload) implements Input {}

    public record Ping(byte[] payload) implements Input {}

    public record Pong(byte[] payload) implements Input {}

    /** @param code 1005 where the frame named none */
    public record Close(int code, String reason) implements Input {}

    /** The other side broke a rule: close with this code and forget it. */
    public record Violation(int closeCode, String why) implements Input {}

    public static final int NO_CODE = 1005;
    private static final int PROTOCOL_ERROR = 1002;
    private static final int INVALID_UTF8 = 1007;
    private static final int TOO_BIG = 1009;
    private static final int MAX_HEADER = 14;
    private static final int FIRST_ROOM = 512;
    private static final byte[] NOTHING = {};

    private final Limits limits;
    private final boolean masked;

    private final byte[] header = new byte[MAX_HEADER];
    private int headerSize;
    private int headerNeeded = 2;

    private boolean inPayload;
    private int opcode;
    private boolean fin;
    private int key;
    private int length;
    private int taken;

    /** Opcode of the message under way, or 0. */
    private int messageKind;

    private int fragments;
    private byte[] message = NOTHING;
    private int messageSize;
    private byte[] control = NOTHING;
    private final Utf8Check utf8 = new Utf8Check();
    private boolean over;

    /** A server's decoder: every frame must be masked. */
    public WsDecoder(Limits limits) {
        this(limits, true);
    }

    private WsDecoder(Limits limits, boolean masked) {
        this.limits = limits;
        this.masked = masked;
    }

    /** A client's decoder: no frame may be masked. */
    public static WsDecoder forClient(Limits limits) {
        return new WsDecoder(limits, false);
    }

    /** Takes all that remains; what became whole by it, in order. */
    public List<Input> feed(ByteBuffer bytes) {
        List<Input> inputs = new ArrayList<>();
        while (!over && (bytes.hasRemaining() || (inPayload && taken == length))) {
            if (inPayload) {
                takePayload(bytes, inputs);
            } else {
                takeHeader(bytes, inputs);
            }
        }
        if (over) {
            bytes.position(bytes.limit());
        }
        return inputs;
    }

    private void takeHeader(ByteBuffer bytes, List<Input> inputs) {
        header[headerSize++] = bytes.get();
        if (headerSize == 1) {
            beginFrame(header[0] & 0xff, inputs);
        } else if (headerSize == 2) {
            announce(header[1] & 0xff, inputs);
        }
        if (!over && headerSize == headerNeeded) {
            endHeader(inputs);
        }
    }

    private void beginFrame(int first, List<Input> inputs) {
        fin = (first & WsFrames.FIN) != 0;
        opcode = first & 0x0f;
        if ((first & 0x70) != 0) {
            // [spec] "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values."
            violation(inputs, PROTOCOL_ERROR, "a reserved bit is set");
        } else if (opcode > WsFrames.PONG || (opcode > WsFrames.BINARY && opcode < WsFrames.CLOSE)) {
            // [spec] "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket Connection_."
            violation(inputs, PROTOCOL_ERROR, "an unknown opcode");
        } else if (isControl() && !fin) {
            // [spec] "All control frames ... MUST NOT be fragmented."
            violation(inputs, PROTOCOL_ERROR, "a fragmented control frame");
        } else if (opcode == WsFrames.CONTINUATION && messageKind == 0) {
            violation(inputs, PROTOCOL_ERROR, "a continuation of no message");
        } else if (!isControl() && opcode != WsFrames.CONTINUATION && messageKind != 0) {
            // [spec] "The fragments of one message MUST NOT be interleaved between the fragments of another message"
            violation(inputs, PROTOCOL_ERROR, "a new message before the last one ended");
        }
    }

    private void announce(int second, List<Input> inputs) {
        int shortLength = second & 0x7f;
        if (((second & WsFrames.MASKED) != 0) != masked) {
            // [spec] "The server MUST close the connection upon receiving a frame that is not masked."
            // [spec] "A client MUST close a connection if it detects a masked frame."
            violation(inputs, PROTOCOL_ERROR, masked ? "a frame without a mask" : "a masked frame from a server");
        } else if (isControl() && shortLength > WsFrames.MAX_CONTROL) {
            violation(inputs, PROTOCOL_ERROR, "a control frame of more than 125 bytes");
        }
        int lengthBytes = shortLength == 126 ? 2 : shortLength == 127 ? 8 : 0;
        headerNeeded = 2 + lengthBytes + (masked ? 4 : 0);
    }

    private void endHeader(List<Input> inputs) {
        ByteBuffer in = ByteBuffer.wrap(header);
        int shortLength = header[1] & 0x7f;
        long announced = shortLength;
        if (shortLength == 126) {
            announced = in.getShort(2) & 0xffff;
        } else if (shortLength == 127) {
            announced = in.getLong(2);
        }
        if (announced < 0) {
            // [spec] "the most significant bit MUST be 0"
            violation(inputs, PROTOCOL_ERROR, "a negative length");
        } else if ((shortLength == 126 && announced < 126) || (shortLength == 127 && announced <= 0xffff)) {
            // [spec] "in all cases, the minimal number of bytes MUST be used to encode the length"
            violation(inputs, PROTOCOL_ERROR, "a length in more bytes than needed");
        } else if (announced > limits.maxFrame()) {
            violation(inputs, TOO_BIG, "a frame of more than " + limits.maxFrame() + " bytes");
        } else if (!isControl() && messageSize + announced > limits.maxMessage()) {
            violation(inputs, TOO_BIG, "a message of more than " + limits.maxMessage() + " bytes");
        } else if (!isControl() && ++fragments > limits.maxFragments()) {
            violation(inputs, TOO_BIG, "a message in more than " + limits.maxFragments() + " fragments");
        } else {
            beginPayload((int) announced, masked ? in.getInt(headerNeeded - 4) : 0);
        }
    }

    private void beginPayload(int announced, int maskingKey) {
        inPayload = true;
        length = announced;
        key = maskingKey;
        taken = 0;
        if (isControl()) {
            control = new byte[length];
        } else if (opcode != WsFrames.CONTINUATION) {
            messageKind = opcode;
        }
    }

    private void takePayload(ByteBuffer bytes, List<Input> inputs) {
        int count = Math.min(bytes.remaining(), length - taken);
        if (isControl()) {
            bytes.get(control, taken, count);
            WsFrames.mask(control, taken, taken + count, key, taken);
        } else {
            message = WsFrames.grown(message.length == 0 ? new byte[FIRST_ROOM] : message, messageSize, count);
            bytes.get(message, messageSize, count);
            WsFrames.mask(message, messageSize, messageSize + count, key, taken);
            if (messageKind == WsFrames.TEXT && !utf8.accept(message, messageSize, messageSize + count)) {
                // [spec] "When an endpoint is to interpret a byte stream as UTF-8 but finds that the byte stream is
                // not,
                // in fact, a valid UTF-8 stream, that endpoint MUST _Fail the WebSocket Connection_."
                violation(inputs, INVALID_UTF8, "text that is not UTF-8");
                return;
            }
            messageSize += count;
        }
        taken += count;
        if (taken == length) {
            endFrame(inputs);
        }
    }

    private void endFrame(List<Input> inputs) {
        inPayload = false;
        headerSize = 0;
        headerNeeded = 2;
        switch (opcode) {
            case WsFrames.PING -> inputs.add(new Ping(control));
            case WsFrames.PONG -> inputs.add(new Pong(control));
            case WsFrames.CLOSE -> close(inputs);
            default -> {
                if (fin) {
                    endMessage(inputs);
                }
            }
        }
    }

    private void endMessage(List<Input> inputs) {
        if (messageKind == WsFrames.TEXT && !utf8.complete()) {
            violation(inputs, INVALID_UTF8, "text that ends in the middle of a character");
            return;
        }
        byte[] whole = Arrays.copyOf(message, messageSize);
        inputs.add(messageKind == WsFrames.TEXT ? new Text(whole) : new Binary(whole));
        utf8.reset();
        messageKind = 0;
        fragments = 0;
        messageSize = 0;
        // A connection that has been silent since holds no buffer.
        message = NOTHING;
    }

    private void close(List<Input> inputs) {
        if (length == 0) {
            end(inputs, new Close(NO_CODE, ""));
            return;
        }
        int code = length == 1 ? -1 : ByteBuffer.wrap(control).getShort() & 0xffff;
        if (!mayBeSent(code)) {
            violation(inputs, PROTOCOL_ERROR, "a close code that can't be sent");
            return;
        }
        byte[] reason = Arrays.copyOfRange(control, 2, length);
        if (Utf8Check.valid(reason)) {
            end(inputs, new Close(code, new String(reason, StandardCharsets.UTF_8)));
        } else {
            violation(inputs, INVALID_UTF8, "a close reason that is not UTF-8");
        }
    }

    /** [spec] 7.4: 1004 to 1006 and 1015 "MUST NOT be set as a status code"; 1012 to 2999 mean nothing here. */
    static boolean mayBeSent(int code) {
        return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1011) || (code >= 3000 && code <= 4999);
    }

    private boolean isControl() {
        return opcode >= WsFrames.CLOSE;
    }

    private void violation(List<Input> inputs, int closeCode, String why) {
        end(inputs, new Violation(closeCode, why));
    }

    private void end(List<Input> inputs, Input last) {
        if (!over) {
            inputs.add(last);
        }
        over = true;
        message = NOTHING;
        control = NOTHING;
    }
}
