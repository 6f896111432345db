package io.millrace.bench;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How a subscriber gets to the point from which nothing may be missed: the request, what to say after the head (WebSocket
 * only), and the words by which the server tells that it is listening; empty where the head tells it.
 */
record Opening(byte[] request, int status, byte @Nullable [] afterHead, String readyWord) {
    private static final int OPCODE_TEXT = 1;

    static Opening sse(Target target, String channel, String query, @Nullable String lastEventId) {
        byte[] request = target.follow(channel, query, lastEventId);
        return new Opening(request, 200, null, target.dialect().readyWord(false));
    }

    static Opening webSocket(Target target, String channel) {
        String subscribe = target.dialect().subscribeMessage(channel);
        byte[] frame = subscribe == null
                ? null
                : WebSocketFraming.clientFrame(OPCODE_TEXT, subscribe.getBytes(StandardCharsets.UTF_8));
        return new Opening(target.upgrade(channel), 101, frame, target.dialect().readyWord(true));
    }

    static Opening of(String transport, Target target, String channel) {
        return switch (transport) {
            case "sse" -> sse(target, channel, "", null);
            case "ws" -> webSocket(target, channel);
            default -> throw new BenchFailure("--transport is sse or ws, got '" + transport + "'");
        };
    }

    Framing framing(ReplyHead head) {
        if (status == 101) {
            return new WebSocketFraming();
        }
        return head.chunked() ? new ChunkedFraming() : Framing.closeDelimited();
    }
}
