package io.millrace.platform.connection;

import io.millrace.platform.relay.EncodedEvent;
import io.millrace.protocol.View;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One subscription of a connection, to a channel or to a whole family, as the connection hands its events out: what of them
 * the client sees, and whether the client knows how far it has come. Not for several threads.
 */
abstract class Strand {
    private final long batchNanos;
    private View view;
    private boolean untold;
    private long sentNanos;
    private long heardNanos;

    /** @param batchInterval longer than zero: what comes live within it is held back and then handed out together */
    Strand(View view, Duration batchInterval) {
        this.view = view;
        this.batchNanos = batchInterval.toNanos();
        this.sentNanos = System.nanoTime() - batchNanos;
    }

    /** As the client calls it. */
    abstract String name();

    /** Where it stands, as a cursor of it alone. */
    abstract String cursor();

    /** Where it began on this connection, as such a cursor. */
    abstract String begun();

    /** The next event, seen or not, or null where there is none now: caught up, or it {@link #needsPage}. */
    abstract @Nullable EncodedEvent following();

    abstract boolean isLive();

    /** Whether the end of what it follows was handed out, so that nothing will ever come. */
    boolean isOver() {
        return false;
    }

    /** Whether a reader is to be cut off that has fallen behind as this one has. */
    boolean isCutOff() {
        return false;
    }

    /** Whether it can't go on without reading, and isn't reading yet. */
    abstract boolean needsPage();

    abstract boolean isReading();

    /** Whether there is something to hand out or to read: what a connection asks before it goes to sleep. */
    abstract boolean hasMore();

    /** The next event to be seen, or null where there is none now. */
    final @Nullable EncodedEvent next() {
        for (EncodedEvent event = following(); event != null; event = following()) {
            EncodedEvent seen = event.seenThrough(view);
            untold = seen == null;
            if (seen != null) {
                heardNanos = heardNanos == 0 ? event.heardNanos() : heardNanos;
                return seen;
            }
        }
        return null;
    }

    /** When the node came to have the first event handed out since this was last asked, by {@link System#nanoTime()}. */
    final long takeHeardNanos() {
        long heard = heardNanos;
        heardNanos = 0;
        return heard;
    }

    /** From now on the client sees this. */
    final void seeThrough(View view) {
        this.view = view;
    }

    /** Whether it has passed over events since the client heard where it stands. */
    final boolean isUntold() {
        return untold;
    }

    final void told() {
        untold = false;
    }

    final boolean isBatched() {
        return batchNanos > 0;
    }

    /** Something of it was just sent. */
    final void wasSent() {
        sentNanos = System.nanoTime();
    }

    /** For how long what comes live is still held back; zero or less where it isn't. */
    final long heldNanos() {
        return batchNanos > 0 && isLive() ? batchNanos - (System.nanoTime() - sentNanos) : 0;
    }
}
