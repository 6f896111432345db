package io.millrace.persistence;

import io.millrace.protocol.Event;
import io.millrace.protocol.JsonData;
import io.millrace.protocol.Position;
import java.util.List;

/**
 * The compact, versioned bytes of what the journal keeps and of what nodes tell each other about it.
 *
 * <pre>
 *   Published  version 1 | kind 1 | {@link EventsLayout head} 28 | writer 16 | write sequence 8 | events
 *   Trimmed    version 1 | kind 2 | up to 8 | head 8
 *   events     version 1 | kind 3 | {@link EventsLayout head} 28 | events
 *   ended      version 1 | kind 4 | as kind 1; the last event is the stream's end
 *   trimmed    version 1 | kind 5 | as kind 2, after the end
 *   Executed   version 1 | kind 6 | head 28 | writer 16 | write sequence 8 | id | fingerprint 8 | reply? | events
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
    static final int ENDED = 4;
    static final int TRIMMED_AFTER_END = 5;
    static final int EXECUTED = 6;
    /** What is enough of a stored row to know its kind, offsets and times. */
    static final int FIXED_BYTES = 2 + EventsLayout.HEAD_BYTES;

    private static final int WRITE_ID_BYTES = 24;

    private RecordCodec() {}

    public static byte[] encode(ChannelRecord record) {
        if (record instanceof ChannelRecord.Appended appended) {
            return encode(appended);
        }
        ChannelRecord.Trimmed trimmed = (ChannelRecord.Trimmed) record;
        return new ByteSink(18)
                .octet(VERSION)
                .octet(kindOf(trimmed))
                .int64(trimmed.upTo())
                .int64(trimmed.head())
                .toBytes();
    }

    /** The kind a record is written as. */
    static int kindOf(ChannelRecord record) {
        if (record instanceof ChannelRecord.Trimmed trimmed) {
            return trimmed.complete() ? TRIMMED_AFTER_END : TRIMMED;
        }
        if (record instanceof ChannelRecord.Executed) {
            return EXECUTED;
        }
        return ((ChannelRecord.Published) record).isEnd() ? ENDED : PUBLISHED;
    }

    public static ChannelRecord decode(byte[] bytes) {
        ByteSource source = new ByteSource(bytes);
        int kind = kind(source);
        ChannelRecord record =
                switch (kind) {
                    case PUBLISHED, ENDED, EXECUTED -> readAppended(source, kind);
                    case TRIMMED, TRIMMED_AFTER_END -> readTrimmed(source, kind);
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

    /** Reads the first {@link #FIXED_BYTES} of a row of events; the rest need not be there. */
    static EventsLayout.Head appendedHead(byte[] start) {
        ByteSource source = new ByteSource(start);
        int kind = kind(source);
        if (kind != PUBLISHED && kind != ENDED && kind != EXECUTED) {
            throw source.corrupt("kind", "a row of events expected, found kind " + kind);
        }
        return EventsLayout.readHead(source);
    }

    private static byte[] encode(ChannelRecord.Appended appended) {
        List<Event> events = appended.events();
        WriteId write = appended.write();
        ByteSink sink = new ByteSink(2 + WRITE_ID_BYTES + EventsLayout.expectedBytes(events));
        sink.octet(VERSION).octet(kindOf(appended));
        EventsLayout.writeHead(sink, events);
        sink.int64(write.writerHigh()).int64(write.writerLow()).int64(write.sequence());
        if (appended instanceof ChannelRecord.Executed executed) {
            if (executed.isEnd()) {
                throw new IllegalArgumentException("a command can't end a stream");
            }
            JsonData reply = executed.reply();
            sink.text(executed.id()).int64(executed.fingerprint()).optionalBlock(reply == null ? null : reply.utf8());
        }
        EventsLayout.writeEvents(sink, events);
        return sink.toBytes();
    }

    private static ChannelRecord readAppended(ByteSource source, int kind) {
        EventsLayout.Head head = EventsLayout.readHead(source);
        if (head.count() == 0 || head.firstOffset() == 0) {
            throw source.corrupt("event count", "a record of events has one and begins at 1 or later");
        }
        WriteId write = new WriteId(source.int64("writer"), source.int64("writer"), source.int64("write sequence"));
        try {
            ChannelRecord.Appended appended = kind == EXECUTED
                    ? readExecuted(source, head, write)
                    : new ChannelRecord.Published(EventsLayout.readEvents(source, head), write);
            if (appended.isEnd() != (kind == ENDED)) {
                throw source.corrupt("end", "kind " + kind + " and its last event don't agree");
            }
            return appended;
        } catch (IllegalArgumentException e) {
            throw new CorruptRecord("corrupt record: " + e.getMessage(), e);
        }
    }

    private static ChannelRecord.Executed readExecuted(ByteSource source, EventsLayout.Head head, WriteId write) {
        String id = source.text("command id");
        long fingerprint = source.int64("command fingerprint");
        byte[] reply = source.optionalBlock("reply");
        return new ChannelRecord.Executed(
                EventsLayout.readEvents(source, head),
                write,
                id,
                fingerprint,
                reply == null ? null : JsonData.trusted(reply));
    }

    private static ChannelRecord readTrimmed(ByteSource source, int kind) {
        long upTo = source.int64("trimmed up to");
        long head = source.int64("head");
        if (upTo < 0 || upTo > head || head > Position.MAX_OFFSET) {
            throw source.corrupt("trimmed", "0 <= upTo <= head does not hold: " + upTo + ", " + head);
        }
        return new ChannelRecord.Trimmed(upTo, head, kind == TRIMMED_AFTER_END);
    }

    private static int kind(ByteSource source) {
        int version = source.octet("version");
        if (version != VERSION) {
            throw source.corrupt("version", "unknown version " + version + "; a newer release may have written it");
        }
        return source.octet("kind");
    }
}
