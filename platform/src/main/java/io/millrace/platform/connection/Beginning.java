package io.millrace.platform.connection;

import io.millrace.persistence.Journal.Bounds;
import io.millrace.platform.relay.Feed;
import io.millrace.platform.relay.LiveList;
import io.millrace.platform.relay.StateRead;
import io.millrace.protocol.Control.Reset;
import io.millrace.protocol.Control.Standing;
import io.millrace.protocol.Control.State;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Position;
import io.millrace.protocol.Refusal;
import io.millrace.protocol.ResetReason;
import io.millrace.protocol.Start;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Where a channel begins on a connection: right after {@code position}. Where the client asked for a place that can't be
 * honoured, {@code reset} says so, and the channel begins with the oldest event that is kept.
 */
record Beginning(Feed feed, long position, Standing standing, @Nullable Reset reset, @Nullable State state) {

    /** Without a state to begin with. */
    Beginning(Feed feed, long position, Standing standing, @Nullable Reset reset) {
        this(feed, position, standing, reset, null);
    }

    /** A channel can't begin, and asking again won't help. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Refusal refusal;

        Refused(Refusal refusal) {
            super(refusal.detail(), null, false, false);
            this.refusal = refusal;
        }

        /** The refusal behind a failed {@link #find}; null where it is worth another try. */
        static @Nullable Refusal of(Throwable failure) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            return cause instanceof Refused refused && !refused.refusal.code().retry() ? refused.refusal : null;
        }
    }

    /** Finds the place. Fails only where the journal is needed and can't be asked; asking again is then right. */
    static CompletionStage<Beginning> find(Feed feed, Want want) {
        String lastEventId = want.lastEventId();
        if (lastEventId != null) {
            return Cursor.parse(lastEventId) instanceof Cursor.Valid valid
                    ? after(feed, valid.cursor())
                    : reset(feed, null, ResetReason.MALFORMED);
        }
        Start start = want.start();
        if (start instanceof Start.After after) {
            return after(feed, after.cursor());
        }
        if (start instanceof Start.Earliest) {
            return feed.boundsNow().thenApply(bounds -> at(feed, bounds.availableFrom() - 1, bounds));
        }
        if (start instanceof Start.Since since) {
            return feed.offsetBefore(since.time())
                    .thenCombine(
                            feed.boundsNow(),
                            (offset, bounds) -> at(feed, Math.max(offset, bounds.availableFrom() - 1), bounds));
        }
        if (start instanceof Start.State) {
            return feed.state().thenCombine(standingLately(feed), (state, bounds) -> withState(feed, state, bounds));
        }
        return standingLately(feed).thenApply(bounds -> live(feed, bounds));
    }

    private static CompletionStage<Beginning> after(Feed feed, Cursor cursor) {
        Cursor.Lookup found = cursor.find(feed.channel());
        Position requested = found instanceof Cursor.At at ? at.position() : null;
        if (!cursor.epoch().equals(feed.epoch())) {
            return reset(feed, requested, ResetReason.EPOCH);
        }
        if (requested == null) {
            return reset(feed, null, ResetReason.FOREIGN);
        }
        long offset = requested.offset();
        if (offset <= feed.live().head() && feed.live().after(offset) != null) {
            return standingLately(feed).thenApply(bounds -> at(feed, offset, bounds));
        }
        return feed.boundsLately()
                .thenCompose(lately ->
                        offset <= lately.head() ? CompletableFuture.completedFuture(lately) : feed.boundsNow())
                .thenCompose(bounds -> within(feed, requested, bounds));
    }

    private static CompletionStage<Beginning> within(Feed feed, Position requested, Bounds bounds) {
        if (requested.offset() > Math.max(bounds.head(), feed.live().head())) {
            return reset(feed, requested, ResetReason.FUTURE);
        }
        if (requested.offset() + 1 < bounds.availableFrom()) {
            return reset(feed, requested, ResetReason.RETENTION);
        }
        return CompletableFuture.completedFuture(at(feed, requested.offset(), bounds));
    }

    private static CompletionStage<Beginning> reset(Feed feed, @Nullable Position requested, ResetReason reason) {
        return feed.boundsNow().thenApply(bounds -> {
            Beginning begun = at(feed, bounds.availableFrom() - 1, bounds);
            return new Beginning(feed, begun.position(), begun.standing(), resetOf(feed, requested, bounds, reason));
        });
    }

    static Reset resetOf(Feed feed, @Nullable Position requested, Bounds bounds, ResetReason reason) {
        return new Reset(feed.channel(), requested, bounds.availableFrom(), bounds.head(), feed.epoch(), reason);
    }

    /** What to tell a client that needs nothing from the journal: live goes on while the database is away. */
    private static CompletionStage<Bounds> standingLately(Feed feed) {
        long head = feed.live().head();
        return feed.boundsLately().exceptionally(away -> new Bounds(head, head + 1));
    }

    /** With the state at one position, and then what changes it: every event after that position, and none before. */
    private static Beginning withState(Feed feed, StateRead read, Bounds bounds) {
        if (!(read instanceof StateRead.At state)) {
            throw new Refused(((StateRead.Refused) read).refusal());
        }
        Beginning begun = at(feed, state.offset(), bounds);
        State said = new State(feed.channel(), state.offset(), state.data());
        return new Beginning(feed, begun.position(), begun.standing(), null, said);
    }

    /** With what comes next; where nothing will, with the end, so that whoever comes too late hears of it. */
    private static Beginning live(Feed feed, Bounds bounds) {
        LiveList.Node newest = feed.live().newest();
        long last = newest.offset();
        boolean kept = bounds.availableFrom() <= last || feed.live().after(last - 1) != null;
        return at(feed, newest.isEnd() && kept ? last - 1 : last, bounds);
    }

    private static Beginning at(Feed feed, long position, Bounds bounds) {
        LiveList.Node newest = feed.live().newest();
        long head = Math.max(bounds.head(), newest.offset());
        boolean complete = bounds.complete() || newest.isEnd();
        return new Beginning(
                feed, position, new Standing(feed.channel(), head, bounds.availableFrom(), position, complete), null);
    }
}
