package io.millrace.protocol;

import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;

/** A client's WebSocket frames, masked (RFC 6455, 5.3), for Java clients, tests and load generators; not for browsers. */
public final class WsClientFrames {
    private WsClientFrames() {}

    public static byte[] text(byte[] utf8) {
        return frame(WsFrames.FIN | WsFrames.TEXT, utf8, freshKey());
    }

    public static byte[] binary(byte[] payload) {
        return frame(WsFrames.FIN | WsFrames.BINARY, payload, freshKey());
    }

    public static byte[] ping(byte[] payload) {
        return frame(WsFrames.FIN | WsFrames.PING, WsFrames.requireControl(payload), freshKey());
    }

    public static byte[] pong(byte[] payload) {
        return frame(WsFrames.FIN | WsFrames.PONG, WsFrames.requireControl(payload), freshKey());
    }

    public static byte[] close(int code, String reason) {
        return frame(WsFrames.FIN | WsFrames.CLOSE, WsFrames.closePayload(code, reason), freshKey());
    }

    /** Any first byte, so that tests can break every rule. */
    static byte[] frame(int first, byte[] payload, int key) {
        ByteBuffer out = ByteBuffer.allocate(WsFrames.headerSize(payload.length) + 4 + payload.length);
        WsFrames.header(out, first, WsFrames.MASKED, payload.length);
        int start = out.putInt(key).position();
        byte[] bytes = out.put(payload).array();
        WsFrames.mask(bytes, start, bytes.length, key, 0);
        return bytes;
    }

    private static int freshKey() {
        return ThreadLocalRandom.current().nextInt();
    }
}
