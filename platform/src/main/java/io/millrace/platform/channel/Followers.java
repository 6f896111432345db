package io.millrace.platform.channel;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Who follows a channel and until when, unless they ask again. At most one follower a node. A lease is measured by a clock
 * that never jumps.
 */
final class Followers {
    private final long leaseNanos;
    private final LongSupplier nanoTime;
    private final Map<ActorRef<Announcement>, Long> heardAt = new HashMap<>();

    Followers(Duration lease) {
        this(lease, System::nanoTime);
    }

    Followers(Duration lease, LongSupplier nanoTime) {
        this.leaseNanos = lease.toNanos();
        this.nanoTime = nanoTime;
    }

    void add(ActorRef<Announcement> follower) {
        heardAt.put(follower, nanoTime.getAsLong());
    }

    void remove(ActorRef<Announcement> follower) {
        heardAt.remove(follower);
    }

    /**
     * Tells everybody whose lease still holds: those on this node one thing, those elsewhere another.
     *
     * @return how many are elsewhere
     */
    int tell(Announcement here, Announcement elsewhere) {
        long now = nanoTime.getAsLong();
        heardAt.values().removeIf(heard -> now - heard > leaseNanos);
        int remote = 0;
        for (ActorRef<Announcement> follower : heardAt.keySet()) {
            boolean isHere = follower.path().address().hasLocalScope();
            follower.tell(isHere ? here : elsewhere);
            remote += isHere ? 0 : 1;
        }
        return remote;
    }
}
