package io.millrace.platform.relay;

import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Event;
import io.millrace.protocol.ServerMessage;
import io.millrace.protocol.SseFrames;
import io.millrace.protocol.StreamEnd;
import io.millrace.protocol.WsFrames;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One event with the bytes that go out for it. Each kind of frame is encoded when first asked for and then shared by every
 * connection of the node. Safe for use by many threads: two that ask at once may both encode, and come to equal bytes.
 */
public final class EncodedEvent {
    private final ChannelName channel;
    private final Cursor.Stamp stamp;
    private final Epoch epoch;
    private final Event event;
    private @Nullable ByteString sse;
    private @Nullable ByteString sseWithoutId;
    private @Nullable ByteString webSocket;

    EncodedEvent(ChannelName channel, Epoch epoch, Cursor.Stamp stamp, Event event) {
        this.channel = channel;
        this.epoch = epoch;
        this.stamp = stamp;
        this.event = event;
    }

    public Event event() {
        return event;
    }

    public long offset() {
        return event.offset();
    }

    /** The cursor of a client that follows this channel alone. */
    public String id() {
        return stamp.at(event.offset());
    }

    /** {@code id:}, {@code event:} and {@code data:} for a client that follows this channel alone. */
    public ByteString sse() {
        ByteString bytes = sse;
        if (bytes == null) {
            bytes = ByteString.fromArrayUnsafe(
                    SseFrames.event(id(), event.type().value(), data()));
            sse = bytes;
        }
        return bytes;
    }

    /** The same without {@code id:}, for a connection on several channels to put its own cursor before. */
    public ByteString sseWithoutId() {
        ByteString bytes = sseWithoutId;
        if (bytes == null) {
            bytes = ByteString.fromArrayUnsafe(
                    SseFrames.event(null, event.type().value(), data()));
            sseWithoutId = bytes;
        }
        return bytes;
    }

    private byte[] data() {
        return event.isEnd() ? StreamEnd.json(channel, event) : event.data().utf8();
    }

    /** The WebSocket text frame. */
    public ByteString webSocket() {
        ByteString bytes = webSocket;
        if (bytes == null) {
            bytes = ByteString.fromArrayUnsafe(WsFrames.text(ServerMessage.event(channel, epoch, id(), event)));
            webSocket = bytes;
        }
        return bytes;
    }

    @Override
    public String toString() {
        return channel + "@" + event.offset() + " " + new String(event.type().utf8(), StandardCharsets.UTF_8);
    }
}
