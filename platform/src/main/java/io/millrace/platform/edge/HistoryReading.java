package io.millrace.platform.edge;

import io.millrace.persistence.Journal;
import io.millrace.persistence.Journal.Bounds;
import io.millrace.persistence.Journal.Page;
import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.Feed;
import io.millrace.platform.relay.Listener;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Control.Reset;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Event;
import io.millrace.protocol.View;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request's way through a channel's log: on until there is something to show, then the answer. Where nothing is to be
 * seen it answers after some reads or when the time is over, and {@code next} leads on behind what was passed over.
 */
final class HistoryReading {
    private static final int MOST_READS = 10;
    private static final int LEAST_SPAN = 1000;

    /** What a page is read from. */
    record Sources(Relays relays, Journal journal, Epoch epoch, int maxBytes) {}

    private final Sources sources;
    private final ChannelName channel;
    private final View view;
    private final @Nullable Reset reset;
    private final int limit;
    private final long untilNanos;
    private final Cursor.Stamp stamp;
    private final List<EncodedEvent> seen = new ArrayList<>();
    private final long after;
    private long position;
    private int reads;

    /** @param reset says that the page doesn't begin where the client asked; then nothing is waited for */
    HistoryReading(
            Sources sources,
            ChannelName channel,
            View view,
            long after,
            @Nullable Reset reset,
            int limit,
            Duration wait) {
        this.sources = sources;
        this.channel = channel;
        this.view = view;
        this.position = after;
        this.after = after;
        this.reset = reset;
        this.limit = limit;
        this.untilNanos = System.nanoTime() + (reset == null ? wait.toNanos() : 0);
        this.stamp = Cursor.stamp(channel, sources.epoch());
    }

    /**
     * What was found.
     *
     * @param after where it begins
     * @param position how far it goes, what wasn't to be seen included
     */
    record Read(
            ChannelName channel,
            List<EncodedEvent> events,
            Bounds bounds,
            long after,
            long position,
            @Nullable Reset reset) {

        /** Whether it reaches the end of a finite stream. */
        boolean isLast() {
            return bounds.complete() && position >= bounds.head();
        }
    }

    CompletionStage<Read> page() {
        int span = view.isPlain() ? limit : Math.max(limit, LEAST_SPAN);
        reads++;
        return sources.journal()
                .read(channel, position, position + span, sources.maxBytes())
                .thenCompose(page -> {
                    long before = position;
                    take(page);
                    long left = untilNanos - System.nanoTime();
                    if (!seen.isEmpty()) {
                        return answer(page.bounds());
                    }
                    if (position > before && position < page.bounds().head() && reads < MOST_READS) {
                        return page();
                    }
                    if (position >= page.bounds().head()
                            && left > 0
                            && !page.bounds().complete()) {
                        reads = 0;
                        return untilNews(left).thenCompose(news -> page());
                    }
                    return answer(page.bounds());
                });
    }

    private void take(Page page) {
        for (Event event : page.events()) {
            if (seen.size() == limit) {
                return;
            }
            position = event.offset();
            EncodedEvent shown = new EncodedEvent(channel, sources.epoch(), stamp, event).seenThrough(view);
            if (shown != null) {
                seen.add(shown);
            }
        }
    }

    private CompletionStage<Read> answer(Bounds bounds) {
        return CompletableFuture.completedFuture(new Read(channel, List.copyOf(seen), bounds, after, position, reset));
    }

    /** Ends when the channel's head is beyond the position, or the time is over. */
    private CompletionStage<Boolean> untilNews(long nanos) {
        CompletableFuture<Boolean> news = new CompletableFuture<>();
        Listener listener = new News(news);
        long at = position;
        CompletionStage<Feed> joining = sources.relays().join(channel, listener);
        joining.thenAccept(feed -> {
            if (feed.live().head() > at) {
                news.complete(true);
            }
            news.whenComplete((done, failure) -> feed.leave(listener));
        });
        return news.completeOnTimeout(false, nanos, TimeUnit.NANOSECONDS);
    }

    /** Something new has come, or can only be found by looking again. */
    private record News(CompletableFuture<Boolean> heard) implements Listener {
        @Override
        public void wake() {
            heard.complete(true);
        }

        @Override
        public void lost() {
            heard.complete(false);
        }
    }
}
