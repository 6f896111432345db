package io.millrace.platform.connection;

import io.millrace.platform.family.Family.SlowClient;
import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedPage;
import io.millrace.protocol.EventType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A reader that has fallen off the live list, until it has caught up again: what its channel's family promises it then.
 * Where that is the newest of each value key, a page is thinned out to the events that no later one of the same type and
 * source in that page takes the place of: fewer to send, and the newest of every value is always among them.
 */
final class Behind {
    private final SlowClient policy;
    private boolean fallen;
    private long leftOut;

    Behind(SlowClient policy) {
        this.policy = policy;
    }

    private record ValueKey(EventType type, @Nullable String source) {}

    void hasFallen() {
        fallen = true;
    }

    void hasCaughtUp() {
        fallen = false;
    }

    boolean isCutOff() {
        return fallen && policy == SlowClient.DISCONNECT;
    }

    /** Whether events may be left out now. */
    boolean leavesOut() {
        return fallen && policy == SlowClient.LATEST;
    }

    /** How many were left out since this was asked last. */
    long takeLeftOut() {
        long taken = leftOut;
        leftOut = 0;
        return taken;
    }

    /** What of a page goes out to a reader who has everything up to {@code position}. */
    EncodedPage of(EncodedPage page, long position) {
        if (!leavesOut()) {
            return page;
        }
        Set<ValueKey> seen = new HashSet<>();
        Deque<EncodedEvent> newest = new ArrayDeque<>();
        List<EncodedEvent> events = page.events();
        for (int i = events.size() - 1; i >= 0 && events.get(i).offset() > position; i--) {
            EncodedEvent event = events.get(i);
            if (seen.add(new ValueKey(event.event().type(), event.event().source()))) {
                newest.addFirst(event);
            } else {
                leftOut++;
            }
        }
        return new EncodedPage(List.copyOf(newest), page.bounds());
    }
}
