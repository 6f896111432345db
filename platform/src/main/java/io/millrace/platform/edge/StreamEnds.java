package io.millrace.platform.edge;

import io.millrace.platform.relay.Feed;
import io.millrace.platform.relay.Listener;
import io.millrace.platform.relay.LiveList;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client that comes back has everything there will ever be, so that it can be told to stay away before a stream
 * is opened for it. Only what the relays of this node know is asked, never the journal: a storm of clients costs little.
 */
final class StreamEnds {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Relays relays;

    StreamEnds(Relays relays) {
        this.relays = relays;
    }

    /** Whether the cursor stands at the end of every channel. What can't be known soon counts as no. */
    CompletionStage<Boolean> isAtTheEnd(Collection<ChannelName> channels, @Nullable String lastEventId) {
        if (lastEventId == null || !(Cursor.parse(lastEventId) instanceof Cursor.Valid valid)) {
            return CompletableFuture.completedFuture(false);
        }
        List<CompletableFuture<Boolean>> each = channels.stream()
                .map(channel -> isAtTheEnd(channel, valid.cursor()).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
                .thenApply(all -> each.stream().allMatch(CompletableFuture::join))
                .completeOnTimeout(false, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private CompletionStage<Boolean> isAtTheEnd(ChannelName channel, Cursor cursor) {
        Listener passerBy = new PasserBy();
        return relays.join(channel, passerBy).thenApply(feed -> {
            feed.leave(passerBy);
            return isAtTheEnd(feed, cursor);
        });
    }

    private static boolean isAtTheEnd(Feed feed, Cursor cursor) {
        LiveList.Node newest = feed.live().newest();
        return newest.isEnd()
                && cursor.epoch().equals(feed.epoch())
                && cursor.find(feed.channel()) instanceof Cursor.At at
                && at.position().offset() == newest.offset();
    }

    /** Wants to know one thing and leaves. */
    private static final class PasserBy implements Listener {
        @Override
        public void wake() {}

        @Override
        public void lost() {}
    }
}
