package io.millrace.persistence;

import io.millrace.protocol.Event;
import java.util.List;

/**
 * What a channel writes to its journal: one record a row, one row a commit. Stored in the compact form of
 * {@link RecordCodec}, every version of which stays readable.
 */
public sealed interface ChannelRecord {

    /**
     * Events that became true together.
     *
     * @param events at least one, offsets dense and rising
     * @param write which write of which relay this commits, so that a repeated request is known again
     */
    record Published(List<Event> events, WriteId write) implements ChannelRecord {
        public Published {
            events = List.copyOf(events);
            if (events.isEmpty()) {
                throw new IllegalArgumentException("a Published record holds at least one event");
            }
        }

        public long firstOffset() {
            return events.get(0).offset();
        }

        public long lastOffset() {
            return events.get(events.size() - 1).offset();
        }
    }

    /**
     * Retention has given up everything up to and including {@code upTo}; the rows before are deleted afterwards, in steps.
     *
     * @param head the channel's newest offset when this was written, so that it is known when no event is left
     */
    record Trimmed(long upTo, long head) implements ChannelRecord {}
}
