package io.millrace.platform.relay;

import io.millrace.persistence.Journal;
import io.millrace.persistence.JournalUnavailable;
import io.millrace.platform.family.Families;
import io.millrace.protocol.ChannelName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * What can be read of any channel on this node: the journal, and for a channel without one what the node's relay keeps
 * ready. Rows that a family left in the journal before it became ephemeral are never seen.
 */
final class Kept implements Journal {
    private final Families families;
    private final Journal journal;
    private final Relays relays;
    private final Duration patience;

    Kept(Families families, Journal journal, Relays relays, Duration patience) {
        this.families = families;
        this.journal = journal;
        this.relays = relays;
        this.patience = patience;
    }

    @Override
    public CompletionStage<Bounds> bounds(ChannelName channel) {
        return of(channel, kept -> kept.bounds(channel));
    }

    @Override
    public CompletionStage<Page> read(ChannelName channel, long after, long upTo, int maxBytes) {
        return of(channel, kept -> kept.read(channel, after, upTo, maxBytes));
    }

    @Override
    public CompletionStage<Long> offsetBefore(ChannelName channel, Instant time) {
        return of(channel, kept -> kept.offsetBefore(channel, time));
    }

    private <T> CompletionStage<T> of(ChannelName channel, Function<Journal, CompletionStage<T>> question) {
        if (families.of(channel).isJournaled()) {
            return question.apply(journal);
        }
        // one listener for each question: a relay knows listeners by themselves
        Listener asking = new Asking();
        return relays.join(channel, asking)
                .thenCompose(
                        feed -> question.apply(new Ring(feed.live())).whenComplete((done, no) -> feed.leave(asking)))
                .toCompletableFuture()
                .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(late -> CompletableFuture.failedFuture(
                        new JournalUnavailable("the channel's head did not become known in time", late)));
    }

    /** Listens to nothing; only holds the relay while it is asked. */
    private static final class Asking implements Listener {
        @Override
        public void wake() {
            // whoever asks looks only once
        }

        @Override
        public void lost() {
            // what has been read stays right
        }
    }

    @Override
    public CompletionStage<Integer> delete(ChannelName channel, long upTo, long maxSequenceNr, int maxRows) {
        return journal.delete(channel, upTo, maxSequenceNr, maxRows);
    }

    @Override
    public CompletionStage<List<KeptSince>> channels(String afterName, int limit) {
        return journal.channels(afterName, limit);
    }
}
