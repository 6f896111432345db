package io.millrace.persistence;

import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Event;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Reads any channel from any position, on any node, without asking the channel's actor: a keyset query on the journal's
 * own table. Every stage fails with {@link JournalUnavailable} when the database can't be asked in time. Safe for use by
 * many threads.
 */
public interface Journal {

    /** The channel's newest offset and the oldest that is kept. A channel that was never written has head 0. */
    CompletionStage<Bounds> bounds(ChannelName channel);

    /**
     * The events with offsets {@code after < offset <= upTo}, in order, without a hole: at most as many as fit
     * {@code maxBytes} of event data, but at least one where there is one. Where the events right after {@code after} are
     * gone, the page is empty and its bounds say so; never a page that begins later than asked.
     */
    CompletionStage<Page> read(ChannelName channel, long after, long upTo, int maxBytes);

    /** The greatest offset whose event, and all before it, is older than {@code time}; 0 where no kept event is older. */
    CompletionStage<Long> offsetBefore(ChannelName channel, Instant time);

    /**
     * Deletes journal rows all of whose events have offsets up to and including {@code upTo}, at most {@code maxRows} of
     * them, oldest first, and never a row above {@code maxSequenceNr} nor the channel's newest row.
     *
     * @return how many rows went; fewer than {@code maxRows} means that nothing is left to delete
     */
    CompletionStage<Integer> delete(ChannelName channel, long upTo, long maxSequenceNr, int maxRows);

    /**
     * Channels after {@code afterName} in name order, with the time of their oldest kept record: what a sweep for
     * retention walks through, page by page.
     */
    CompletionStage<List<KeptSince>> channels(String afterName, int limit);

    /**
     * @param head the newest offset ever given, 0 where there is none
     * @param availableFrom the oldest offset that can still be read; {@code head + 1} where none can
     * @param complete whether the head is the last offset there will ever be
     */
    record Bounds(long head, long availableFrom, boolean complete) {
        /** Of a channel that goes on. */
        public Bounds(long head, long availableFrom) {
            this(head, availableFrom, false);
        }
    }

    record Page(List<Event> events, Bounds bounds) {
        public Page {
            events = List.copyOf(events);
        }
    }

    record KeptSince(ChannelName channel, Instant oldest, long rows) {}
}
