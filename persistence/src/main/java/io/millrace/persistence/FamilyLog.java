package io.millrace.persistence;

import io.millrace.protocol.ChannelName;
import io.millrace.protocol.CommitPosition;
import io.millrace.protocol.Event;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * All events of a family's channels in one order, the same for every reader on every node: the order of the transactions
 * that committed them, of which each channel's own order is a part. What a reader has passed stays passed: nothing is ever
 * committed behind a place that was read. Every stage fails with {@link JournalUnavailable} when the database can't be
 * asked in time. Safe for use by many threads.
 */
public interface FamilyLog {

    /** Has this family's events kept in order from now on, if they aren't yet, until somebody takes it off the table. */
    CompletionStage<Boolean> keep(String family);

    /** The place behind which everything lies that isn't committed yet, and perhaps a little that is. */
    CompletionStage<CommitPosition> end(String family);

    /** Events after a place, in order: as many as fit {@code maxBytes}, but at least one row's where there is one. */
    CompletionStage<Page> read(String family, CommitPosition after, int maxBytes);

    /** @param position the place just after the event */
    record Entry(CommitPosition position, ChannelName channel, Event event) {}

    /**
     * @param complete events right after the place have not been given up; where they have, there are no entries
     * @param oldest the place where the oldest events that are kept begin
     * @param more there are further events that can be read now
     */
    record Page(List<Entry> entries, boolean complete, CommitPosition oldest, boolean more) {
        public Page {
            entries = List.copyOf(entries);
        }
    }
}
