package io.millrace.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A publish request rendered once: head, and a body of one event or an array of them. Before each sending only the
 * sequence numbers and the time are written over in place.
 */
final class PublishRequest {
    /** The smallest data that holds a mark. */
    static final int MIN_SIZE = 64;

    static final int MAX_SIZE = 64 * 1024;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final ByteBuffer bytes;
    private final int firstMark;
    private final int stride;
    private final int batch;

    private PublishRequest(ByteBuffer bytes, int firstMark, int stride, int batch) {
        this.bytes = bytes;
        this.firstMark = firstMark;
        this.stride = stride;
        this.batch = batch;
    }

    /**
     * @param size bytes of each event's data
     * @param batch events a request; one is sent as an object, more as an array
     */
    static PublishRequest render(Target target, String channel, String mark, int batch, int size) {
        if (size < MIN_SIZE || size > MAX_SIZE) {
            throw new BenchFailure("--size is from " + MIN_SIZE + " to " + MAX_SIZE + " bytes");
        }
        String open = "{\"mark\":\"" + mark + "\",\"pad\":\"";
        String data = open + "x".repeat(size - open.length() - 2) + "\"}";
        String event = "{\"type\":\"bench.tick\",\"data\":" + data + "}";
        String body = batch == 1 ? event : "[" + (event + ",").repeat(batch - 1) + event + "]";
        byte[] head = target.publishHead(channel, body.length());
        ByteBuffer bytes = ByteBuffer.allocateDirect(head.length + body.length());
        bytes.put(head).put(body.getBytes(StandardCharsets.US_ASCII));
        return new PublishRequest(bytes, head.length + body.indexOf(Mark.EDGE), event.length() + 1, batch);
    }

    /** The request with the numbers from {@code firstSequence} on, ready to be written. */
    ByteBuffer stamp(long firstSequence, long nanos) {
        for (int i = 0; i < batch; i++) {
            int mark = firstMark + i * stride;
            hex(mark + Mark.SEQUENCE_AT, Mark.SEQUENCE_DIGITS, firstSequence + i);
            hex(mark + Mark.NANOS_AT, Mark.NANOS_DIGITS, nanos);
        }
        return bytes.clear();
    }

    int batch() {
        return batch;
    }

    private void hex(int at, int digits, long value) {
        long left = value;
        for (int i = at + digits - 1; i >= at; i--) {
            bytes.put(i, HEX[(int) (left & 0xf)]);
            left >>>= 4;
        }
    }
}
