package io.millrace.platform.connection;

import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedPage;
import io.millrace.platform.relay.Feed;
import io.millrace.platform.relay.LiveList;
import io.millrace.protocol.View;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One channel's way through a connection: what was sent last, and where the next event comes from.
 *
 * <pre>
 *   CatchingUp -- the live list reaches back to the position --> Live
 *   Live       -- the pointer has fallen off the list ---------> CatchingUp
 * </pre>
 *
 * CatchingUp reads pages of the journal, Live follows its pointer into the relay's list. Whichever it is, only the event
 * with the offset after the position is taken, so none comes twice and none is left out; what of it is handed out is the
 * {@link View}'s say, in both stages alike.
 */
final class Track {
    private final Feed feed;
    private View view;
    private long position;
    private long told;
    private LiveList.@Nullable Node node;
    private @Nullable EncodedPage page;
    private int pageIndex;
    private boolean reading;
    private final long batchNanos;
    private long sentNanos;

    Track(Feed feed, long position, View view) {
        this(feed, position, view, Duration.ZERO);
    }

    /** @param batchInterval longer than zero: what comes live within it is held back and then handed out together */
    Track(Feed feed, long position, View view, Duration batchInterval) {
        this.feed = feed;
        this.position = position;
        this.told = position;
        this.view = view;
        this.batchNanos = batchInterval.toNanos();
        this.sentNanos = System.nanoTime() - batchNanos;
    }

    Feed feed() {
        return feed;
    }

    /** The offset of the event that was taken last, handed out or not. */
    long position() {
        return position;
    }

    /** From now on the client sees this. */
    void seeThrough(View view) {
        this.view = view;
    }

    /** The client knows that it stands after this offset. */
    void told(long offset) {
        told = offset;
    }

    boolean isTold() {
        return told == position;
    }

    boolean isLive() {
        return node != null;
    }

    /** The next event to be seen, or null where there is none now: either it is caught up, or it {@link #needsPage}. */
    @Nullable
    EncodedEvent next() {
        for (EncodedEvent event = following(); event != null; event = following()) {
            EncodedEvent seen = event.seenThrough(view);
            if (seen != null) {
                return seen;
            }
        }
        return null;
    }

    private @Nullable EncodedEvent following() {
        EncodedEvent paged = nextOfPage();
        if (paged != null) {
            return paged;
        }
        if (node == null) {
            node = feed.live().after(position);
        }
        return nextOfList();
    }

    private @Nullable EncodedEvent nextOfPage() {
        EncodedPage current = page;
        if (current == null) {
            return null;
        }
        while (pageIndex < current.events().size()) {
            EncodedEvent event = current.events().get(pageIndex++);
            if (event.offset() == position + 1) {
                position++;
                return event;
            }
        }
        page = null;
        return null;
    }

    private @Nullable EncodedEvent nextOfList() {
        while (node != null) {
            LiveList.Node following = node.next();
            if (following == null) {
                return null;
            }
            EncodedEvent event = following.event();
            boolean continues = event != null && event.offset() <= position + 1;
            node = continues ? following : null; // fallen off, or the list began anew beyond the position
            if (event != null && event.offset() == position + 1) {
                position++;
                return event;
            }
        }
        return null;
    }

    boolean isBatched() {
        return batchNanos > 0;
    }

    /** Something of it was just sent. */
    void wasSent() {
        sentNanos = System.nanoTime();
    }

    /** For how long what comes live is still held back; zero or less where it isn't. */
    long heldNanos() {
        return batchNanos > 0 && isLive() ? batchNanos - (System.nanoTime() - sentNanos) : 0;
    }

    /** Whether it can't go on without reading the journal, and isn't reading yet. */
    boolean needsPage() {
        return node == null && page == null && !reading;
    }

    /** Whether there is something to hand out or to read: what a connection asks before it goes to sleep. */
    boolean hasMore() {
        return page != null || needsPage() || (node != null && node.next() != null);
    }

    boolean isReading() {
        return reading;
    }

    void readingBegins() {
        reading = true;
    }

    void readingFailed() {
        reading = false;
    }

    /** Takes a page, and says whether it goes on right after the position. */
    boolean readingEnded(EncodedPage read) {
        reading = false;
        boolean goesOn = !read.events().isEmpty()
                && read.events().get(0).offset() <= position + 1
                && read.events().get(read.events().size() - 1).offset() > position;
        if (goesOn) {
            page = read;
            pageIndex = 0;
        }
        return goesOn;
    }

    /** Goes on after {@code offset}: what lies between is gone, and the client has been told. */
    void skipTo(long offset) {
        position = offset;
        node = null;
        page = null;
    }
}
