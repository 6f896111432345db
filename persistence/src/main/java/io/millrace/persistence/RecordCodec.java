package io.millrace.persistence;

import io.millrace.protocol.Event;
import io.millrace.protocol.Position;
import java.util.List;

/**
 * The compact, versioned bytes of what the journal keeps and of what nodes tell each other about it.
 *
 * <pre>
 *   Published  version 1 | kind 1 | {@link EventsLayout head} 28 | writer 16 | write sequence 8 | events
 *   Trimmed    version 1 | kind 2 | up to 8 | head 8
 *   events     version 1 | kind 3 | {@link EventsLayout head} 28 | events
 * </pre>
 *
 * The migrations read the fixed part by SQL (function {@code millrace_first_offset}): it never moves within a version.
 * Decoding throws {@link CorruptRecord} on anything that encoding could not have made. Encoding is pure: equal records
 * give equal bytes.
 */
public final class RecordCodec {
    static final int VERSION = 1;
    static final int PUBLISHED = 1;
    static final int TRIMMED = 2;
    static final int EVENTS = 3;
    /** What is enough of a stored row to know its kind, offsets and times. */
    static final int FIXED_BYTES = 2 + EventsLayout.HEAD_BYTES;

    private static final int WRITE_ID_BYTES = 24;

    private RecordCodec() {}

    public static byte[] encode(ChannelRecord record) {
        if (record instanceof ChannelRecord.Published published) {
            return encode(published);
        }
        ChannelRecord.Trimmed trimmed = (ChannelRecord.Trimmed) record;
        return new ByteSink(18)
                .octet(VERSION)
                .octet(TRIMMED)
                .int64(trimmed.upTo())
                .int64(trimmed.head())
                .toBytes();
    }

    public static ChannelRecord decode(byte[] bytes) {
        ByteSource source = new ByteSource(bytes);
        int kind = kind(source);
        ChannelRecord record =
                switch (kind) {
                    case PUBLISHED -> readPublished(source);
                    case TRIMMED -> readTrimmed(source);
                    default -> throw source.corrupt("kind", "unknown kind " + kind);
                };
        source.end();
        return record;
    }

    /** The events alone, for other nodes; offsets must be dense. The list may be empty. */
    public static byte[] encodeEvents(List<Event> events) {
        ByteSink sink = new ByteSink(2 + EventsLayout.expectedBytes(events));
        sink.octet(VERSION).octet(EVENTS);
        EventsLayout.writeHead(sink, events);
        EventsLayout.writeEvents(sink, events);
        return sink.toBytes();
    }

    public static List<Event> decodeEvents(byte[] bytes) {
        ByteSource source = new ByteSource(bytes);
        int kind = kind(source);
        if (kind != EVENTS) {
            throw source.corrupt("kind", "events expected, found kind " + kind);
        }
        List<Event> events = EventsLayout.readEvents(source, EventsLayout.readHead(source));
        source.end();
        return List.copyOf(events);
    }

    /** Reads the first {@link #FIXED_BYTES} of a Published row; the rest need not be there. */
    static EventsLayout.Head publishedHead(byte[] start) {
        ByteSource source = new ByteSource(start);
        int kind = kind(source);
        if (kind != PUBLISHED) {
            throw source.corrupt("kind", "published events expected, found kind " + kind);
        }
        return EventsLayout.readHead(source);
    }

    private static byte[] encode(ChannelRecord.Published published) {
        List<Event> events = published.events();
        WriteId write = published.write();
        ByteSink sink = new ByteSink(2 + WRITE_ID_BYTES + EventsLayout.expectedBytes(events));
        sink.octet(VERSION).octet(PUBLISHED);
        EventsLayout.writeHead(sink, events);
        sink.int64(write.writerHigh()).int64(write.writerLow()).int64(write.sequence());
        EventsLayout.writeEvents(sink, events);
        return sink.toBytes();
    }

    private static ChannelRecord readPublished(ByteSource source) {
        EventsLayout.Head head = EventsLayout.readHead(source);
        if (head.count() == 0 || head.firstOffset() == 0) {
            throw source.corrupt("event count", "a published record has an event and begins at 1 or later");
        }
        WriteId write = new WriteId(source.int64("writer"), source.int64("writer"), source.int64("write sequence"));
        return new ChannelRecord.Published(EventsLayout.readEvents(source, head), write);
    }

    private static ChannelRecord readTrimmed(ByteSource source) {
        long upTo = source.int64("trimmed up to");
        long head = source.int64("head");
        if (upTo < 0 || upTo > head || head > Position.MAX_OFFSET) {
            throw source.corrupt("trimmed", "0 <= upTo <= head does not hold: " + upTo + ", " + head);
        }
        return new ChannelRecord.Trimmed(upTo, head);
    }

    private static int kind(ByteSource source) {
        int version = source.octet("version");
        if (version != VERSION) {
            throw source.corrupt("version", "unknown version " + version + "; a newer release may have written it");
        }
        return source.octet("kind");
    }
}
