package io.millrace.platform.connection;

import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedPage;
import io.millrace.platform.relay.Feed;
import io.millrace.platform.relay.LiveList;
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
 * with the offset after the position is handed out, so none comes twice and none is left out.
 */
final class Track {
    private final Feed feed;
    private final Behind behind;
    private long position;
    private LiveList.@Nullable Node node;
    private @Nullable EncodedPage page;
    private int pageIndex;
    private boolean reading;

    Track(Feed feed, long position) {
        this.feed = feed;
        this.behind = new Behind(feed.family().hearing().slowClient());
        this.position = position;
    }

    Feed feed() {
        return feed;
    }

    /** The offset of the event that was handed out last. */
    long position() {
        return position;
    }

    boolean isLive() {
        return node != null;
    }

    /** The next event, or null where there is none now: either it is caught up, or it {@link #needsPage}. */
    @Nullable
    EncodedEvent next() {
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

    /** Whether its family has a reader cut off that has fallen behind as this one has. */
    boolean isCutOff() {
        return behind.isCutOff();
    }

    /** How many events were left out since this was asked last, since newer ones took their place. */
    long takeLeftOut() {
        return behind.takeLeftOut();
    }

    /** Whether it can't go on without reading the journal, and isn't reading yet. */
    boolean needsPage() {
        return node == null && page == null && !reading;
    }

    /** Whether there is something to hand out or to read: what a connection asks before it goes to sleep. */
    boolean hasMore() {
        return page != null || needsPage() || (node != null && node.next() != null);
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

    /** Goes on after {@code offset}: what lies between is gone, and the client has been told. */
    void skipTo(long offset) {
        position = offset;
        node = null;
        page = null;
    }
}
