package io.millrace.platform.relay;

import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Event;
import io.millrace.protocol.EventData;
import io.millrace.protocol.EventJson;
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
    private final @Nullable String familyCursor;
    private final long heardNanos = System.nanoTime();
    private @Nullable EventData data;
    private Map<Set<String>, EncodedEvent> masked = Map.of();
    private Map<Shape, ByteString> shaped = Map.of();
    private final @Nullable ByteString[] frames = new ByteString[Frame.values().length];

    public EncodedEvent(ChannelName channel, Epoch epoch, Cursor.Stamp stamp, Event event) {
        this(channel, epoch, stamp, event, null);
    }

    /** @param familyCursor where it stands among its whole family, for those who hear that */
    EncodedEvent(ChannelName channel, Epoch epoch, Cursor.Stamp stamp, Event event, @Nullable String familyCursor) {
        this.familyCursor = familyCursor;
        this.channel = channel;
        this.epoch = epoch;
        this.stamp = stamp;
        this.event = event;
    }

    public Event event() {
        return event;
    }

    public ChannelName channel() {
        return channel;
    }

    public long offset() {
        return event.offset();
    }

    /** When this node came to have it, by {@link System#nanoTime()}. */
    public long heardNanos() {
        return heardNanos;
    }

    /** The cursor of a client that follows this channel alone, or its family. */
    public String id() {
        return familyCursor == null ? stamp.at(event.offset()) : familyCursor;
    }

    /** {@code id:}, {@code event:} and {@code data:} for a client that follows this channel alone. */
    public ByteString sse() {
        return frame(Frame.SSE);
    }

    private byte[] framed() {
        return event.isEnd() ? StreamEnd.json(channel, event) : event.data().utf8();
    }

    /** The WebSocket text frame. */
    public ByteString webSocket() {
        return frame(Frame.WEBSOCKET);
    }

    /** The bytes that go out for it in this kind of frame. */
    public ByteString frame(Frame kind) {
        ByteString known = frames[kind.ordinal()];
        if (known == null) {
            known = ByteString.fromArrayUnsafe(kind.encode(this));
            frames[kind.ordinal()] = known;
        }
        return known;
    }

    /** The bytes that go out for it in somebody else's words. */
    public ByteString frame(Shape shape) {
        ByteString known = shaped.get(shape);
        if (known == null) {
            known = ByteString.fromArrayUnsafe(shape.encode(this));
            Map<Shape, ByteString> more = new HashMap<>(shaped);
            more.put(shape, known);
            shaped = Map.copyOf(more);
        }
        return known;
    }

    /** A kind of frame that others make up; each event is encoded for it once, whoever asks. */
    public interface Shape {
        byte[] encode(EncodedEvent of);
    }

    /** The JSON that a WebSocket's client is told. */
    public byte[] message() {
        return messageJson();
    }

    /** The JSON that an event stream has as {@code data:}, the whole event or its data. */
    public byte[] streamData(boolean full) {
        return full ? fullJson() : framed();
    }

    /** The kinds of frames one event goes out in. */
    public enum Frame {
        SSE {
            @Override
            byte[] encode(EncodedEvent of) {
                return SseFrames.event(of.id(), of.typeName(), of.framed());
            }
        },
        SSE_WITHOUT_ID {
            @Override
            byte[] encode(EncodedEvent of) {
                return SseFrames.event(null, of.typeName(), of.framed());
            }
        },
        /** The full envelope as the data, without {@code id:}. */
        SSE_FULL {
            @Override
            byte[] encode(EncodedEvent of) {
                return SseFrames.event(null, of.typeName(), of.fullJson());
            }
        },
        /** The same for whoever hears no event by its name. A stream's end keeps its own, as a control event does. */
        SSE_UNNAMED {
            @Override
            byte[] encode(EncodedEvent of) {
                return of.event.isEnd() ? SSE_FULL.encode(of) : SseFrames.unnamed(null, of.fullJson());
            }
        },
        SSE_COMPRESSED {
            @Override
            byte[] encode(EncodedEvent of) {
                return of.compressedSse(of.framed());
            }
        },
        SSE_FULL_COMPRESSED {
            @Override
            byte[] encode(EncodedEvent of) {
                return of.compressedSse(of.fullJson());
            }
        },
        WEBSOCKET {
            @Override
            byte[] encode(EncodedEvent of) {
                return WsFrames.text(of.messageJson());
            }
        },
        WEBSOCKET_COMPRESSED {
            @Override
            byte[] encode(EncodedEvent of) {
                return WsFrames.text(ServerMessage.compressed(of.messageJson()));
            }
        },
        /** What an operator's tap shows, under one name for all types. */
        SSE_TAPPED {
            @Override
            byte[] encode(EncodedEvent of) {
                return SseFrames.event(
                        null, "published", EventJson.tapped(of.channel, of.epoch, of.stamp.at(of.offset()), of.event));
            }
        },
        /** The full envelope alone, as it stands in a batch of an event stream. */
        FULL_JSON {
            @Override
            byte[] encode(EncodedEvent of) {
                return of.fullJson();
            }
        },
        /** The message alone, as it stands in a batch of a WebSocket. */
        MESSAGE_JSON {
            @Override
            byte[] encode(EncodedEvent of) {
                return of.messageJson();
            }
        };

        abstract byte[] encode(EncodedEvent of);
    }

    private String typeName() {
        return event.type().value();
    }

    private byte[] fullJson() {
        return EventJson.full(channel, epoch, id(), event);
    }

    private byte[] messageJson() {
        return ServerMessage.event(channel, epoch, id(), event);
    }

    private byte[] compressedSse(byte[] data) {
        return SseFrames.event(null, "compressed", ServerMessage.compressed(EventJson.named(typeName(), data)));
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
            known = left == event.data()
                    ? this
                    : new EncodedEvent(channel, epoch, stamp, event.with(left), familyCursor);
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
