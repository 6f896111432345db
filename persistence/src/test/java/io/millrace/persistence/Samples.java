package io.millrace.persistence;

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

    static ChannelSnapshot snapshot() {
        return new ChannelSnapshot(
                12,
                3,
                EPOCH_MILLIS,
                List.of(new ChannelSnapshot.KnownKey("order-1", 11, EPOCH_MILLIS, -5)),
                List.of(new ChannelSnapshot.KnownWrite(WRITE, 10)));
    }
}
