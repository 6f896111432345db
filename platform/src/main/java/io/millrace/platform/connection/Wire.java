package io.millrace.platform.connection;

import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedEvent.Frame;
import io.millrace.protocol.Control;
import io.millrace.protocol.ServerMessage;
import io.millrace.protocol.SseFrames;
import io.millrace.protocol.WsFrames;
import java.time.Duration;
import java.util.List;
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
        ByteString event(EncodedEvent event, @Nullable String cursor, Form form) {
            if (cursor == null && form.equals(Form.PLAIN)) {
                return event.sse();
            }
            ByteString frame = form.tapped()
                    ? event.frame(Frame.SSE_TAPPED)
                    : form.full()
                            ? shorter(event, Frame.SSE_FULL, Frame.SSE_FULL_COMPRESSED, form)
                            : shorter(event, Frame.SSE_WITHOUT_ID, Frame.SSE_COMPRESSED, form);
            String id = cursor == null ? event.id() : cursor;
            return ByteString.fromArrayUnsafe(SseFrames.idLine(id)).concat(frame);
        }

        @Override
        void batch(List<EncodedEvent> events, @Nullable String cursor, Gathered out) {
            String id = cursor == null ? events.get(events.size() - 1).id() : cursor;
            out.add(ByteString.fromArrayUnsafe(SseFrames.start(id, "batch")));
            out.add(ByteString.fromArrayUnsafe(ServerMessage.Batch.DATA_START));
            join(events, Frame.FULL_JSON, out);
            out.add(ByteString.fromArrayUnsafe(ServerMessage.Batch.END));
            out.add(ByteString.fromArrayUnsafe(SseFrames.END));
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
        ByteString event(EncodedEvent event, @Nullable String cursor, Form form) {
            return shorter(event, Frame.WEBSOCKET, Frame.WEBSOCKET_COMPRESSED, form);
        }

        @Override
        void batch(List<EncodedEvent> events, @Nullable String cursor, Gathered out) {
            int length = ServerMessage.Batch.MESSAGE_START.length + ServerMessage.Batch.END.length + events.size() - 1;
            for (EncodedEvent event : events) {
                length += event.frame(Frame.MESSAGE_JSON).size();
            }
            out.add(ByteString.fromArrayUnsafe(WsFrames.textHeader(length)));
            out.add(ByteString.fromArrayUnsafe(ServerMessage.Batch.MESSAGE_START));
            join(events, Frame.MESSAGE_JSON, out);
            out.add(ByteString.fromArrayUnsafe(ServerMessage.Batch.END));
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
    abstract ByteString event(EncodedEvent event, @Nullable String cursor, Form form);

    /** Several events at once; the cursor is as with {@link #event}. */
    abstract void batch(List<EncodedEvent> events, @Nullable String cursor, Gathered out);

    abstract ByteString control(Control control, @Nullable String cursor);

    /** Where the channel, or the whole connection on SSE, goes on from, without an event. */
    abstract ByteString moved(String channel, String cursor);

    /** What keeps the line alive and carries no id. */
    abstract ByteString heartbeat();

    /** The last bytes. */
    abstract ByteString end(int closeCode, String reason);

    private static ByteString shorter(EncodedEvent event, Frame plain, Frame compressed, Form form) {
        ByteString frame = event.frame(plain);
        if (frame.size() <= form.compressAbove()) {
            return frame;
        }
        ByteString zipped = event.frame(compressed);
        return zipped.size() < frame.size() ? zipped : frame;
    }

    private static final ByteString COMMA = ByteString.fromString(",");

    private static void join(List<EncodedEvent> events, Frame kind, Gathered out) {
        for (int i = 0; i < events.size(); i++) {
            if (i > 0) {
                out.add(COMMA);
            }
            out.add(events.get(i).frame(kind));
        }
    }

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
