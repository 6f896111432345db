package io.millrace.platform.connection;

import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedEvent.Frame;
import io.millrace.protocol.Code;
import io.millrace.protocol.Control;
import io.millrace.protocol.ServerMessage;
import io.millrace.protocol.SseFrames;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** An event stream in the product's own words. */
class StreamWire extends Wire {
    private static final ByteString COMMENT = ByteString.fromArrayUnsafe(SseFrames.comment(""));

    @Override
    final Transport transport() {
        return Transport.SSE;
    }

    @Override
    final ByteString opening(Duration retry) {
        return ByteString.fromArrayUnsafe(SseFrames.retry(retry));
    }

    @Override
    ByteString event(EncodedEvent event, @Nullable String cursor, Form form) {
        if (cursor == null && form.equals(Form.PLAIN)) {
            return event.sse();
        }
        return withId(event, cursor, frame(event, form));
    }

    private static ByteString frame(EncodedEvent event, Form form) {
        if (form.tapped()) {
            return event.frame(Frame.SSE_TAPPED);
        }
        return switch (form.envelope()) {
            case DATA -> shorter(event, Frame.SSE_WITHOUT_ID, Frame.SSE_COMPRESSED, form);
            case FULL -> shorter(event, Frame.SSE_FULL, Frame.SSE_FULL_COMPRESSED, form);
            case UNNAMED -> shorter(event, Frame.SSE_UNNAMED, Frame.SSE_FULL_COMPRESSED, form);
        };
    }

    static ByteString withId(EncodedEvent event, @Nullable String cursor, ByteString frame) {
        String id = cursor == null ? event.id() : cursor;
        return ByteString.fromArrayUnsafe(SseFrames.idLine(id)).concat(frame);
    }

    @Override
    void batch(List<EncodedEvent> events, @Nullable String cursor, Gathered out) {
        String id = cursor == null ? events.get(events.size() - 1).id() : cursor;
        out.add(ByteString.fromArrayUnsafe(SseFrames.start(id, "batch")));
        out.add(ByteString.fromArrayUnsafe(ServerMessage.Batch.DATA_START));
        join(events.stream().map(event -> event.frame(Frame.FULL_JSON)).toList(), out);
        out.add(ByteString.fromArrayUnsafe(ServerMessage.Batch.END));
        out.add(ByteString.fromArrayUnsafe(SseFrames.END));
    }

    @Override
    final ByteString control(Control control, @Nullable String cursor) {
        ByteString event = said(control, cursor);
        // a browser obeys only its own reconnection time
        return control instanceof Control.Reconnect reconnect
                ? ByteString.fromArrayUnsafe(SseFrames.retry(reconnect.after())).concat(event)
                : event;
    }

    ByteString said(Control control, @Nullable String cursor) {
        return ByteString.fromArrayUnsafe(SseFrames.control(cursor, control));
    }

    @Override
    final ByteString moved(String channel, String cursor) {
        return ByteString.fromArrayUnsafe(SseFrames.id(cursor));
    }

    @Override
    ByteString heartbeat() {
        return COMMENT;
    }

    @Override
    Duration silence(ConnectionSettings.Heartbeat heartbeat) {
        return heartbeat.sse();
    }

    @Override
    final ByteString end(Code code) {
        return ByteString.emptyByteString();
    }

    @Override
    final ByteString hangsUp(int closeCode) {
        return ByteString.emptyByteString();
    }
}
