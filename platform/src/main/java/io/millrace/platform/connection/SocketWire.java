package io.millrace.platform.connection;

import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedEvent.Frame;
import io.millrace.protocol.Code;
import io.millrace.protocol.Control;
import io.millrace.protocol.ServerMessage;
import io.millrace.protocol.WsFrames;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** A WebSocket in the product's own words. */
class SocketWire extends Wire {
    private static final ByteString PING = ByteString.fromArrayUnsafe(WsFrames.ping(new byte[0]));

    @Override
    final Transport transport() {
        return Transport.WEBSOCKET;
    }

    @Override
    final ByteString opening(Duration retry) {
        return ByteString.emptyByteString();
    }

    @Override
    ByteString event(EncodedEvent event, @Nullable String cursor, Form form) {
        return shorter(event, Frame.WEBSOCKET, Frame.WEBSOCKET_COMPRESSED, form);
    }

    @Override
    final void batch(List<EncodedEvent> events, @Nullable String cursor, Gathered out) {
        List<ByteString> items = events.stream().map(this::item).toList();
        int length = ServerMessage.Batch.MESSAGE_START.length + ServerMessage.Batch.END.length + items.size() - 1;
        for (ByteString item : items) {
            length += item.size();
        }
        out.add(ByteString.fromArrayUnsafe(WsFrames.textHeader(length)));
        out.add(ByteString.fromArrayUnsafe(ServerMessage.Batch.MESSAGE_START));
        join(items, out);
        out.add(ByteString.fromArrayUnsafe(ServerMessage.Batch.END));
    }

    /** An event as it stands in a batch. */
    ByteString item(EncodedEvent event) {
        return event.frame(Frame.MESSAGE_JSON);
    }

    @Override
    final ByteString control(Control control, @Nullable String cursor) {
        return message(ServerMessage.control(control));
    }

    @Override
    final ByteString moved(String channel, String cursor) {
        return message(ServerMessage.cursor(channel, cursor));
    }

    @Override
    final ByteString heartbeat() {
        return PING;
    }

    @Override
    final Duration silence(ConnectionSettings.Heartbeat heartbeat) {
        return heartbeat.webSocketPing();
    }

    @Override
    ByteString end(Code code) {
        return ByteString.fromArrayUnsafe(WsFrames.close(code.closeCode(), code.code()));
    }

    @Override
    final ByteString hangsUp(int closeCode) {
        return ByteString.fromArrayUnsafe(WsFrames.close(closeCode, ""));
    }
}
