package io.millrace.protocol;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One event where it stands in its channel's log. What stands at an offset never changes.
 *
 * @param offset dense from 1 in its channel
 * @param time when the channel took it, in milliseconds; never earlier than the event before it
 * @param publisher the verified login that published it; kept in the journal, never sent to subscribers
 */
public record Event(
        long offset,
        Instant time,
        EventType type,
        JsonData data,
        @Nullable String source,
        @Nullable String key,
        String publisher) {

    /** The same event with other data. */
    public Event with(JsonData shown) {
        return new Event(offset, time, type, shown, source, key, publisher);
    }

    /** Whether it is the last event its channel will ever have ({@link StreamEnd}). */
    public boolean isEnd() {
        return type.isEnd();
    }
}
