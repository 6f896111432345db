package io.millrace.persistence;

import io.millrace.protocol.Event;
import io.millrace.protocol.EventType;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.JsonData;
import io.millrace.protocol.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How a run of events lies in bytes, alike in the journal and between nodes: a fixed head that SQL can read, then event
 * after event. Offsets are dense, so only the first is written; times are written as steps from the one before.
 *
 * <pre>
 *   first offset 8 | count 4 | first time 8 | last time 8       times in milliseconds since 1970
 *   events, each:  time step (signed varint) | type | source? | key? | publisher | data      each length-prefixed
 * </pre>
 */
final class EventsLayout {
    static final int HEAD_BYTES = 28;
    private static final int LEAST_EVENT_BYTES = 6;

    private EventsLayout() {}

    static int expectedBytes(List<Event> events) {
        long bytes = HEAD_BYTES;
        for (Event event : events) {
            bytes += event.data().size() + 96L;
        }
        return (int) Math.min(bytes, 1 << 30);
    }

    static void writeHead(ByteSink sink, List<Event> events) {
        boolean empty = events.isEmpty();
        sink.int64(empty ? 0 : events.get(0).offset());
        sink.int32(events.size());
        sink.int64(empty ? 0 : events.get(0).time().toEpochMilli());
        sink.int64(empty ? 0 : events.get(events.size() - 1).time().toEpochMilli());
    }

    static void writeEvents(ByteSink sink, List<Event> events) {
        if (events.isEmpty()) {
            return;
        }
        long offset = events.get(0).offset();
        long time = events.get(0).time().toEpochMilli();
        for (Event event : events) {
            if (event.offset() != offset++) {
                throw new IllegalArgumentException("offsets are not dense at " + event.offset());
            }
            long now = event.time().toEpochMilli();
            sink.signedVarint(now - time);
            time = now;
            sink.text(event.type().value());
            sink.optionalText(event.source());
            sink.optionalText(event.key());
            sink.text(event.publisher());
            sink.block(event.data().utf8());
        }
    }

    static Head readHead(ByteSource source) {
        long first = source.int64("first offset");
        int count = source.int32("event count");
        if (first < 0 || count < 0 || first > Position.MAX_OFFSET - count) {
            throw source.corrupt("first offset and event count", first + " and " + count + " are out of range");
        }
        return new Head(first, count, source.int64("first time"), source.int64("last time"));
    }

    static List<Event> readEvents(ByteSource source, Head head) {
        int count = source.count(head.count(), LEAST_EVENT_BYTES, "event count");
        List<Event> events = new ArrayList<>(count);
        long time = head.firstTimeMillis();
        for (int i = 0; i < count; i++) {
            time += source.signedVarint("time");
            events.add(readEvent(source, head.firstOffset() + i, time));
        }
        return events;
    }

    private static Event readEvent(ByteSource source, long offset, long timeMillis) {
        try {
            EventType type = new EventType(source.text("type"));
            var from = source.optionalText("source");
            var key = source.optionalText("key");
            String publisher = source.text("publisher");
            JsonData data = JsonData.trusted(source.block("data"));
            return new Event(offset, Instant.ofEpochMilli(timeMillis), type, data, from, key, publisher);
        } catch (InvalidInput e) {
            throw new CorruptRecord("corrupt record: event " + offset + ": " + e.getMessage(), e);
        }
    }

    /** What the fixed head says about the events behind it. */
    record Head(long firstOffset, int count, long firstTimeMillis, long lastTimeMillis) {
        long lastOffset() {
            return firstOffset + count - 1;
        }
    }
}
