package io.millrace.persistence;

import io.millrace.protocol.Event;
import io.millrace.protocol.JsonData;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a channel writes to its journal: one record a row, one row a commit. Stored in the compact form of
 * {@link RecordCodec}, every version of which stays readable.
 */
public sealed interface ChannelRecord {

    /** A record of events that became true together. */
    sealed interface Appended extends ChannelRecord {
        /** At least one, offsets dense and rising. Only the last may be its stream's end. */
        List<Event> events();

        /** Which write of which relay this commits, so that a repeated request is known again. */
        WriteId write();

        default long firstOffset() {
            return events().get(0).offset();
        }

        default long lastOffset() {
            return events().get(events().size() - 1).offset();
        }

        /** Whether nothing can be appended after it. */
        default boolean isEnd() {
            return events().get(events().size() - 1).isEnd();
        }
    }

    /** What publishers handed in. */
    record Published(List<Event> events, WriteId write) implements Appended {
        public Published {
            events = checked(events);
        }
    }

    /**
     * What a command came to.
     *
     * @param id by which the command is known again when it is sent again
     * @param fingerprint of the command, so that another one under the same id is noticed
     * @param reply what its sender was answered, where there was something to say
     */
    record Executed(List<Event> events, WriteId write, String id, long fingerprint, @Nullable JsonData reply)
            implements Appended {
        public Executed {
            events = checked(events);
        }
    }

    /**
     * Retention has given up everything up to and including {@code upTo}; the rows before are deleted afterwards, in steps.
     *
     * @param head the channel's newest offset when this was written, so that it is known when no event is left
     * @param complete whether the stream had ended by then, which the newest row must always tell
     */
    record Trimmed(long upTo, long head, boolean complete) implements ChannelRecord {
        public Trimmed(long upTo, long head) {
            this(upTo, head, false);
        }
    }

    private static List<Event> checked(List<Event> events) {
        List<Event> copy = List.copyOf(events);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("a record of events holds at least one");
        }
        for (Event event : copy.subList(0, copy.size() - 1)) {
            if (event.isEnd()) {
                throw new IllegalArgumentException("there are events after the end, which is " + event.offset());
            }
        }
        return copy;
    }
}
