package io.millrace.platform.connection;

import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedPage;
import io.millrace.platform.relay.Feed;
import io.millrace.platform.relay.LiveList;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Position;
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
final class Track extends Strand {
    private final Feed feed;
    private final Behind behind;
    private final long begun;
    private long position;
    private LiveList.@Nullable Node node;
    private @Nullable EncodedPage page;
    private int pageIndex;
    private boolean reading;
    private boolean over;

    Track(Feed feed, long position, View view) {
        this(feed, position, view, false, Duration.ZERO);
    }

    /** @param over whether the position is the stream's end already */
    Track(Feed feed, long position, View view, boolean over, Duration batchInterval) {
        super(view, batchInterval);
        this.feed = feed;
        this.over = over;
        this.behind = new Behind(feed.family().hearing().slowClient());
        this.position = position;
        this.begun = position;
    }

    Feed feed() {
        return feed;
    }

    /** The offset of the event that was taken last, handed out or not. */
    long position() {
        return position;
    }

    @Override
    String name() {
        return feed.channel().value();
    }

    @Override
    String cursor() {
        return Cursor.of(feed.channel(), new Position(feed.epoch(), position));
    }

    @Override
    String begun() {
        return Cursor.of(feed.channel(), new Position(feed.epoch(), begun));
    }

    @Override
    boolean isOver() {
        return over;
    }

    @Override
    boolean isLive() {
        return node != null;
    }

    @Override
    @Nullable
    EncodedEvent following() {
        EncodedEvent event = over ? null : nextEvent();
        over |= event != null && event.event().isEnd();
        return event;
    }

    private @Nullable EncodedEvent nextEvent() {
        EncodedEvent paged = nextOfPage();
        if (paged != null) {
            return paged;
        }
        if (node == null) {
            rejoin();
        }
        return nextOfList();
    }

    private void rejoin() {
        node = feed.live().after(position);
        if (node != null) {
            behind.hasCaughtUp();
        }
    }

    private @Nullable EncodedEvent nextOfPage() {
        EncodedPage current = page;
        if (current == null) {
            return null;
        }
        while (pageIndex < current.events().size()) {
            EncodedEvent event = current.events().get(pageIndex++);
            if (event.offset() == position + 1 || (event.offset() > position && behind.leavesOut())) {
                position = event.offset();
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
            node = continues ? following : null;
            if (!continues) {
                behind.hasFallen(); // off the list's end, or the list began anew beyond the position
            }
            if (event != null && event.offset() == position + 1) {
                position++;
                return event;
            }
        }
        return null;
    }

    @Override
    boolean isCutOff() {
        return behind.isCutOff();
    }

    /** How many events were left out since this was asked last, since newer ones took their place. */
    long takeLeftOut() {
        return behind.takeLeftOut();
    }

    @Override
    boolean needsPage() {
        return node == null && page == null && !reading && !over;
    }

    @Override
    boolean hasMore() {
        return !over && (page != null || needsPage() || (node != null && node.next() != null));
    }

    @Override
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
            page = behind.of(read, position);
            pageIndex = 0;
        }
        return goesOn;
    }

    /**
     * Goes on after {@code offset}: what lies between is gone, and the client has been told.
     *
     * @param ends whether the stream ended there
     */
    void skipTo(long offset, boolean ends) {
        over = ends;
        position = offset;
        node = null;
        page = null;
    }
}
