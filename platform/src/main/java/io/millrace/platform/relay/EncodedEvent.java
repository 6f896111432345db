package io.millrace.platform.relay;

import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Event;
import io.millrace.protocol.EventData;
import io.millrace.protocol.JsonData;
import io.millrace.protocol.ServerMessage;
import io.millrace.protocol.SseFrames;
import io.millrace.protocol.StreamEnd;
import io.millrace.protocol.View;
import io.millrace.protocol.WsFrames;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One event with the bytes that go out for it. Each kind of frame is encoded when first asked for and then shared by every
 * connection of the node; so is what filters read of its data, and each variant with some fields hidden. Safe for use by many threads: two that ask at once may both encode, and come to equal bytes.
 */
public final class EncodedEvent {
    private final ChannelName channel;
    private final Cursor.Stamp stamp;
    private final Epoch epoch;
    private final Event event;
    private @Nullable EventData data;
    private Map<Set<String>, EncodedEvent> masked = Map.of();
    private @Nullable ByteString sse;
    private @Nullable ByteString sseWithoutId;
    private @Nullable ByteString webSocket;

    public EncodedEvent(ChannelName channel, Epoch epoch, Cursor.Stamp stamp, Event event) {
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
                    SseFrames.event(id(), event.type().value(), framed()));
            sse = bytes;
        }
        return bytes;
    }

    /** The same without {@code id:}, for a connection on several channels to put its own cursor before. */
    public ByteString sseWithoutId() {
        ByteString bytes = sseWithoutId;
        if (bytes == null) {
            bytes = ByteString.fromArrayUnsafe(
                    SseFrames.event(null, event.type().value(), framed()));
            sseWithoutId = bytes;
        }
        return bytes;
    }

    private byte[] framed() {
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

    /**
     * What a subscriber gets to see of it: itself, a variant of it, or null where it is nothing to this one. The one place
     * that decides, for live, replay, history and long-poll.
     */
    public @Nullable EncodedEvent seenThrough(View view) {
        if (view.isPlain()) {
            return this;
        }
        if (event.isEnd()) {
            // told to everybody, or else somebody would wait for it for ever; its data only to those who see all
            return view.seesAll() ? this : without(Set.of("data"));
        }
        if (!view.concerns(data())) {
            return null;
        }
        EncodedEvent shown = view.hidden().isEmpty() ? this : without(view.hidden());
        return view.filter().passes(shown.event, shown.data()) ? shown : null;
    }

    private EncodedEvent without(Set<String> fields) {
        EncodedEvent known = masked.get(fields);
        if (known == null) {
            JsonData left = data().masked(fields);
            known = left == event.data() ? this : new EncodedEvent(channel, epoch, stamp, event.with(left));
            Map<Set<String>, EncodedEvent> more = new HashMap<>(masked);
            more.put(fields, known);
            masked = Map.copyOf(more);
        }
        return known;
    }

    private EventData data() {
        EventData known = data;
        if (known == null) {
            known = new EventData(event.data());
            data = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return channel + "@" + event.offset() + " " + new String(event.type().utf8(), StandardCharsets.UTF_8);
    }
}
