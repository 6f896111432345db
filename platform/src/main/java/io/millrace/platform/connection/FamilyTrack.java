package io.millrace.platform.connection;

import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.FamilyEvent;
import io.millrace.platform.relay.FamilyFeed;
import io.millrace.platform.relay.FamilyList;
import io.millrace.platform.relay.FamilyPage;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.CommitPosition;
import io.millrace.protocol.View;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A whole family's way through a connection, as {@link Track} is a channel's: pages of the log while catching up, then a
 * pointer into the live list. Only what lies behind the position is handed out, and only of channels that are allowed.
 */
final class FamilyTrack extends Strand {
    private final FamilyFeed feed;
    private final Predicate<ChannelName> allowed;
    private final CommitPosition begun;
    private CommitPosition position;
    private FamilyList.@Nullable Node node;
    private FamilyList.@Nullable Node newestBeforeReading;
    private @Nullable FamilyPage page;
    private int pageIndex;

    FamilyTrack(
            FamilyFeed feed,
            CommitPosition position,
            View view,
            Duration batchInterval,
            Predicate<ChannelName> allowed) {
        super(view, batchInterval);
        this.feed = feed;
        this.position = position;
        this.begun = position;
        this.allowed = allowed;
    }

    FamilyFeed feed() {
        return feed;
    }

    CommitPosition position() {
        return position;
    }

    @Override
    String name() {
        return feed.pattern();
    }

    @Override
    String cursor() {
        return feed.cursor(position);
    }

    @Override
    String begun() {
        return feed.cursor(begun);
    }

    @Override
    @Nullable
    EncodedEvent following() {
        for (FamilyEvent event = nextOfAll(); event != null; event = nextOfAll()) {
            if (event.position().compareTo(position) > 0) {
                position = event.position();
                if (allowed.test(event.channel())) {
                    return event.event();
                }
            }
        }
        return null;
    }

    private @Nullable FamilyEvent nextOfAll() {
        FamilyPage current = page;
        if (current != null) {
            if (pageIndex < current.events().size()) {
                return current.events().get(pageIndex++);
            }
            page = null;
        }
        if (node == null) {
            node = feed.live().after(position);
        }
        FamilyList.Node following = node == null ? null : node.next();
        if (following == null) {
            return null;
        }
        node = following == FamilyList.Node.FALLEN ? null : following;
        return following.event();
    }

    @Override
    boolean isLive() {
        return node != null;
    }

    @Override
    boolean needsPage() {
        return node == null && page == null && !isReading();
    }

    @Override
    boolean isReading() {
        return newestBeforeReading != null;
    }

    @Override
    boolean hasMore() {
        return page != null || needsPage() || (node != null && node.next() != null);
    }

    void readingBegins() {
        newestBeforeReading = feed.live().newest();
    }

    void readingFailed() {
        newestBeforeReading = null;
    }

    /** Takes a page; false where what comes right after the position is gone. */
    boolean readingEnded(FamilyPage read) {
        FamilyList.Node newest = newestBeforeReading;
        newestBeforeReading = null;
        if (!read.complete()) {
            return false;
        }
        if (read.events().isEmpty()) {
            node = newest; // nothing lies between: whatever comes is appended behind what was the newest
        } else {
            page = read;
            pageIndex = 0;
        }
        return true;
    }

    /** Goes on after this place: what lies between is gone, and the client has been told. */
    void skipTo(CommitPosition oldest) {
        position = oldest;
        node = null;
        page = null;
    }
}
