package io.millrace.persistence;

import io.millrace.persistence.ChannelRecord.Executed;
import io.millrace.persistence.ChannelRecord.Published;
import io.millrace.protocol.Event;
import io.millrace.protocol.EventType;
import io.millrace.protocol.JsonData;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Events and records for tests. The event at an offset is always the same. */
final class Samples {
    static final WriteId WRITE = new WriteId(0x0102030405060708L, -2L, 7);
    static final long EPOCH_MILLIS = 1_700_000_000_000L;

    private Samples() {}

    /** Its time is a second later every tenth offset. */
    static Event event(long offset) {
        return event(offset, "{\"n\":" + offset + "}");
    }

    static Event event(long offset, String json) {
        return new Event(
                offset,
                Instant.ofEpochMilli(EPOCH_MILLIS + offset / 10 * 1_000),
                EventType.of("thing.happened"),
                JsonData.trusted(json.getBytes(StandardCharsets.UTF_8)),
                offset % 2 == 0 ? "sensor-" + offset : null,
                offset % 3 == 0 ? "key-" + offset : null,
                "user:ünal");
    }

    static List<Event> events(long first, long last) {
        List<Event> events = new ArrayList<>();
        for (long offset = first; offset <= last; offset++) {
            events.add(event(offset));
        }
        return events;
    }

    static Published published(long first, long last) {
        return new Published(events(first, last), WRITE);
    }

    /** The events {@code first} to {@code last}, the last of which is the stream's end. */
    static Published ended(long first, long last) {
        List<Event> events = events(first, last - 1);
        Event before = event(last, "{\"data\":{\"n\":" + last + "}}");
        events.add(new Event(
                last, before.time(), new EventType("complete"), before.data(), null, "key-end", before.publisher()));
        return new Published(events, WRITE);
    }

    static Executed executed(long first, long last, String reply) {
        return new Executed(events(first, last), WRITE, "command-7", -9, reply == null ? null : json(reply));
    }

    /** With everything that version 2 added. */
    static ChannelSnapshot fullSnapshot() {
        ChannelSnapshot least = snapshot();
        return new ChannelSnapshot(
                least.head(),
                least.trimmedTo(),
                least.lastTimeMillis(),
                least.keys(),
                least.writes(),
                true,
                List.of(
                        new ChannelSnapshot.KnownCommand("command-6", 9, 1, EPOCH_MILLIS, 6, null),
                        new ChannelSnapshot.KnownCommand("command-7", 10, 2, EPOCH_MILLIS, -9, json("{\"left\":3}"))),
                new ChannelSnapshot.KnownState("keyed", 12, new byte[] {1, 0, -1}));
    }

    private static JsonData json(String json) {
        return JsonData.trusted(json.getBytes(StandardCharsets.UTF_8));
    }

    static ChannelSnapshot snapshot() {
        return new ChannelSnapshot(
                12,
                3,
                EPOCH_MILLIS,
                List.of(new ChannelSnapshot.KnownKey("order-1", 11, EPOCH_MILLIS, -5)),
                List.of(new ChannelSnapshot.KnownWrite(WRITE, 10)));
    }
}
