package io.millrace.platform.connection;

import io.millrace.platform.relay.FamilyFeed;
import io.millrace.protocol.CommitPosition;
import io.millrace.protocol.Control;
import io.millrace.protocol.FamilyCursor;
import io.millrace.protocol.ResetReason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Where a family begins on a connection, as {@link Beginning} is for a channel. */
record FamilyBeginning(FamilyFeed feed, CommitPosition position, Control.@Nullable FamilyReset reset) {
    private static final CommitPosition FIRST = CommitPosition.afterRow(0, 0);

    /**
     * Finds the place.
     *
     * @param cursor where the client stands, as it says; null for one that begins
     */
    static CompletionStage<FamilyBeginning> find(FamilyFeed feed, @Nullable String cursor, boolean earliest) {
        if (cursor != null) {
            return after(feed, cursor);
        }
        return earliest
                ? oldest(feed, null)
                : CompletableFuture.completedFuture(
                        new FamilyBeginning(feed, feed.live().head(), null));
    }

    private static CompletionStage<FamilyBeginning> after(FamilyFeed feed, String text) {
        if (!(FamilyCursor.parse(text) instanceof FamilyCursor.Valid valid)) {
            return oldest(feed, ResetReason.MALFORMED);
        }
        FamilyCursor cursor = valid.cursor();
        if (!cursor.epoch().equals(feed.epoch())) {
            return oldest(feed, ResetReason.EPOCH);
        }
        if (!cursor.isOf(feed.family())) {
            return oldest(feed, ResetReason.FOREIGN);
        }
        CommitPosition position = cursor.position();
        FamilyBeginning exactly = new FamilyBeginning(feed, position, null);
        if (feed.live().after(position) != null) {
            return CompletableFuture.completedFuture(exactly);
        }
        return feed.pageAfter(position)
                .thenApply(page -> page.complete() ? exactly : reset(feed, page.oldest(), ResetReason.RETENTION));
    }

    private static CompletionStage<FamilyBeginning> oldest(FamilyFeed feed, @Nullable ResetReason reason) {
        return feed.pageAfter(FIRST)
                .thenApply(page -> reason == null
                        ? new FamilyBeginning(feed, page.oldest(), null)
                        : reset(feed, page.oldest(), reason));
    }

    private static FamilyBeginning reset(FamilyFeed feed, CommitPosition oldest, ResetReason reason) {
        return new FamilyBeginning(feed, oldest, resetOf(feed, reason));
    }

    static Control.FamilyReset resetOf(FamilyFeed feed, ResetReason reason) {
        return new Control.FamilyReset(feed.pattern(), feed.epoch(), reason);
    }
}
