package io.millrace.platform.edge;

import io.millrace.platform.connection.Connections;
import io.millrace.protocol.Code;
import io.millrace.protocol.WsDecoder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.util.ByteString;

/** What a WebSocket client says: frames decoded, and passed to the connection's actor one message at a time. */
final class SocketHearing implements Hearing {
    private final Connections.Opened opened;
    private final WsDecoder decoder;
    private boolean over;

    SocketHearing(Connections.Opened opened, EdgeSettings.Socket limits) {
        this.opened = opened;
        this.decoder =
                new WsDecoder(new WsDecoder.Limits(limits.frameBytes(), limits.messageBytes(), limits.fragments()));
    }

    @Override
    public CompletionStage<Boolean> take(ByteString bytes) {
        CompletionStage<Boolean> taken = CompletableFuture.completedFuture(true);
        for (WsDecoder.Input input : decoder.feed(bytes.asByteBuffer())) {
            over |= input instanceof WsDecoder.Close || input instanceof WsDecoder.Violation;
            taken = taken.thenCompose(before -> pass(input));
        }
        return taken;
    }

    @Override
    public boolean isOver() {
        return over;
    }

    private CompletionStage<Boolean> pass(WsDecoder.Input input) {
        if (input instanceof WsDecoder.Text text) {
            return opened.said(text.utf8());
        }
        if (input instanceof WsDecoder.Ping ping) {
            opened.pinged(ping.payload());
        } else if (input instanceof WsDecoder.Pong) {
            opened.ponged();
        } else if (input instanceof WsDecoder.Close close) {
            opened.hangsUp(close.code());
        } else if (input instanceof WsDecoder.Binary) {
            opened.end(Code.UNSUPPORTED_DATA, "send JSON in text messages");
        } else if (input instanceof WsDecoder.Violation violation) {
            opened.end(code(violation.closeCode()), violation.why());
        }
        return CompletableFuture.completedFuture(true);
    }

    private static Code code(int closeCode) {
        return switch (closeCode) {
            case 1007 -> Code.INVALID_UTF8;
            case 1009 -> Code.MESSAGE_TOO_LARGE;
            default -> Code.PROTOCOL_ERROR;
        };
    }
}
