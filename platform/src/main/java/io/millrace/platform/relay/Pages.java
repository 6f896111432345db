package io.millrace.platform.relay;

import io.millrace.persistence.Journal;
import io.millrace.persistence.Journal.Bounds;
import io.millrace.persistence.Journal.Page;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Event;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Older events, read from the journal once for everybody who waits for them. Pages begin at fixed offsets, so that clients
 * that come back to different places share them; the few newest stay for some seconds, which is what a storm of returning
 * clients lives on. Whoever has asked for the page before is walking through the past, and the next page is read while this one
 * goes out. Safe for use by many threads.
 */
final class Pages {
    private static final int KEPT = 4;
    private static final long KEPT_NANOS = 5_000_000_000L;
    private static final long BOUNDS_NANOS = 1_000_000_000L;

    private final ChannelName channel;
    private final Journal journal;
    private final RelaySettings.Pages size;
    private final Function<Event, EncodedEvent> encode;
    private final RelayMeters meters;
    private final Map<Long, Reading> readings = new LinkedHashMap<>();
    private @Nullable CompletionStage<Bounds> bounds;
    private long boundsAtNanos;

    Pages(
            ChannelName channel,
            Journal journal,
            RelaySettings.Pages size,
            Function<Event, EncodedEvent> encode,
            RelayMeters meters) {
        this.channel = channel;
        this.journal = journal;
        this.size = size;
        this.encode = encode;
        this.meters = meters;
    }

    /**
     * Events without a hole, some of which come after {@code offset} where there are such; those up to {@code offset} are
     * to be skipped. Where the events right after it are gone, there are none, and the bounds say so.
     */
    CompletionStage<EncodedPage> after(long offset) {
        long start = offset - offset % size.events();
        synchronized (this) {
            Reading known = readings.get(start);
            boolean walking = readings.containsKey(start - size.events());
            CompletionStage<EncodedPage> page =
                    known != null && known.isUsefulAfter(offset) ? known.page() : begin(start, offset);
            if (walking) {
                page.thenAccept(read -> readAhead(read, start + size.events()));
            }
            return page;
        }
    }

    /** A page that ends before the next one begins was cut by its bytes: who walks on asks for it again. */
    private synchronized void readAhead(EncodedPage page, long next) {
        if (page.reachesPast(next - 1) && page.bounds().head() > next && !readings.containsKey(next)) {
            begin(next, next);
        }
    }

    private CompletionStage<EncodedPage> begin(long start, long offset) {
        CompletionStage<EncodedPage> page = read(start, start, offset);
        readings.remove(start);
        readings.put(start, new Reading(page, System.nanoTime()));
        if (readings.size() > KEPT) {
            readings.remove(readings.keySet().iterator().next());
        }
        return page;
    }

    /** What the journal held a second ago or later; asked once for everybody who wants to know. */
    synchronized CompletionStage<Bounds> boundsLately() {
        CompletionStage<Bounds> known = bounds;
        long now = System.nanoTime();
        if (known == null
                || now - boundsAtNanos > BOUNDS_NANOS
                || known.toCompletableFuture().isCompletedExceptionally()) {
            known = boundsNow();
            bounds = known;
            boundsAtNanos = now;
        }
        return known;
    }

    /** What the journal holds now. */
    CompletionStage<Bounds> boundsNow() {
        meters.journalReads.increment();
        return journal.bounds(channel);
    }

    CompletionStage<Long> offsetBefore(Instant time) {
        meters.journalReads.increment();
        return journal.offsetBefore(channel, time);
    }

    synchronized void forgetWhatIsOld() {
        long now = System.nanoTime();
        readings.values().removeIf(reading -> now - reading.atNanos() > KEPT_NANOS);
    }

    private CompletionStage<EncodedPage> read(long start, long from, long offset) {
        meters.journalReads.increment();
        return journal.read(channel, from, start + size.events(), size.bytes()).thenCompose(page -> {
            long oldest = page.bounds().availableFrom() - 1;
            if (page.events().isEmpty() && from < oldest && oldest <= offset) {
                return read(start, oldest, offset); // retention has cut into the page, but not as far as this client
            }
            boolean stopsShort = !page.events().isEmpty()
                    && last(page) <= offset
                    && last(page) < page.bounds().head();
            return stopsShort
                    ? read(start, offset, offset) // the page was cut by its bytes before this client's place
                    : CompletableFuture.completedFuture(encode(page));
        });
    }

    private EncodedPage encode(Page page) {
        return new EncodedPage(page.events().stream().map(encode).toList(), page.bounds());
    }

    private static long last(Page page) {
        return page.events().get(page.events().size() - 1).offset();
    }

    private record Reading(CompletionStage<EncodedPage> page, long atNanos) {
        boolean isUsefulAfter(long offset) {
            var future = page.toCompletableFuture();
            if (!future.isDone()) {
                return true;
            }
            return !future.isCompletedExceptionally() && future.join().reachesPast(offset);
        }
    }
}
