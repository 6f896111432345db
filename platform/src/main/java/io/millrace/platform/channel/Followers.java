package io.millrace.platform.channel;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;

/** Who follows a channel and until when, unless they ask again. At most one follower a node. */
final class Followers {
    private final long leaseMillis;
    private final Map<ActorRef<Announcement>, Long> heardAt = new HashMap<>();

    Followers(Duration lease) {
        this.leaseMillis = lease.toMillis();
    }

    void add(ActorRef<Announcement> follower, long nowMillis) {
        heardAt.put(follower, nowMillis);
    }

    void remove(ActorRef<Announcement> follower) {
        heardAt.remove(follower);
    }

    /**
     * Tells everybody whose lease still holds: those on this node one thing, those elsewhere another.
     *
     * @return how many are elsewhere
     */
    int tell(Announcement here, Announcement elsewhere, long nowMillis) {
        heardAt.values().removeIf(heard -> Math.abs(nowMillis - heard) > leaseMillis);
        int remote = 0;
        for (ActorRef<Announcement> follower : heardAt.keySet()) {
            boolean isHere = follower.path().address().hasLocalScope();
            follower.tell(isHere ? here : elsewhere);
            remote += isHere ? 0 : 1;
        }
        return remote;
    }
}
