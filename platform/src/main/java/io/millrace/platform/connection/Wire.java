package io.millrace.platform.connection;

import io.millrace.platform.relay.EncodedEvent;
import io.millrace.protocol.Control;
import io.millrace.protocol.ServerMessage;
import io.millrace.protocol.SseFrames;
import io.millrace.protocol.WsFrames;
import java.time.Duration;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** How a transport writes what a connection has to say. Shared by all connections of the transport; holds no state. */
enum Wire {
    SSE {
        private final ByteString comment = ByteString.fromArrayUnsafe(SseFrames.comment(""));

        @Override
        ByteString opening(Duration retry) {
            return ByteString.fromArrayUnsafe(SseFrames.retry(retry));
        }

        @Override
        ByteString event(EncodedEvent event, @Nullable String cursor) {
            return cursor == null
                    ? event.sse()
                    : ByteString.fromArrayUnsafe(SseFrames.idLine(cursor)).concat(event.sseWithoutId());
        }

        @Override
        ByteString control(Control control, @Nullable String cursor) {
            ByteString event = ByteString.fromArrayUnsafe(SseFrames.control(cursor, control));
            // a browser obeys only its own reconnection time
            return control instanceof Control.Reconnect reconnect
                    ? ByteString.fromArrayUnsafe(SseFrames.retry(reconnect.after()))
                            .concat(event)
                    : event;
        }

        @Override
        ByteString moved(String channel, String cursor) {
            return ByteString.fromArrayUnsafe(SseFrames.id(cursor));
        }

        @Override
        ByteString heartbeat() {
            return comment;
        }

        @Override
        ByteString end(int closeCode, String reason) {
            return ByteString.emptyByteString();
        }
    },

    WEBSOCKET {
        private final ByteString ping = ByteString.fromArrayUnsafe(WsFrames.ping(new byte[0]));

        @Override
        ByteString opening(Duration retry) {
            return ByteString.emptyByteString();
        }

        @Override
        ByteString event(EncodedEvent event, @Nullable String cursor) {
            return event.webSocket();
        }

        @Override
        ByteString control(Control control, @Nullable String cursor) {
            return message(ServerMessage.control(control));
        }

        @Override
        ByteString moved(String channel, String cursor) {
            return message(ServerMessage.cursor(channel, cursor));
        }

        @Override
        ByteString heartbeat() {
            return ping;
        }

        @Override
        ByteString end(int closeCode, String reason) {
            return ByteString.fromArrayUnsafe(WsFrames.close(closeCode, reason));
        }
    };

    /** The very first bytes, sent before anything is known. */
    abstract ByteString opening(Duration retry);

    /**
     * One event.
     *
     * @param cursor the connection's own cursor where it follows several channels, null where the event's own id will do
     */
    abstract ByteString event(EncodedEvent event, @Nullable String cursor);

    abstract ByteString control(Control control, @Nullable String cursor);

    /** Where the channel, or the whole connection on SSE, goes on from, without an event. */
    abstract ByteString moved(String channel, String cursor);

    /** What keeps the line alive and carries no id. */
    abstract ByteString heartbeat();

    /** The last bytes. */
    abstract ByteString end(int closeCode, String reason);

    static ByteString message(byte[] json) {
        return ByteString.fromArrayUnsafe(WsFrames.text(json));
    }

    static ByteString pong(byte[] payload) {
        return ByteString.fromArrayUnsafe(WsFrames.pong(payload));
    }

    static Wire of(Transport transport) {
        return transport == Transport.SSE ? SSE : WEBSOCKET;
    }
}
