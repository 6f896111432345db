package io.millrace.platform.presence;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.jspecify.annotations.Nullable;

/**
 * How many connections a user may have: counted over the cluster, never by evicting anybody. Where the user's entity can't
 * be asked in time, since its shard is moving or its node has died, what this node has decides. Safe for many threads.
 */
public final class Seats {
    private static final Duration PATIENCE = Duration.ofMillis(1500);

    private final ClusterSharding sharding;
    private final Map<String, Set<String>> here;

    private Seats(ClusterSharding sharding, Map<String, Set<String>> here) {
        this.sharding = sharding;
        this.here = here;
    }

    public static Seats start(ActorSystem<?> system) {
        ClusterSharding sharding = ClusterSharding.get(system);
        Map<String, Set<String>> here = new ConcurrentHashMap<>();
        ActorRef<SeatKeeper.Command> keeper = system.systemActorOf(
                SeatKeeper.create(user -> List.copyOf(here.getOrDefault(user, Set.of()))),
                "seat-keeper",
                Props.empty());
        Peers<SeatKeeper.Command> keepers = Peers.of(system, SeatKeeper.KEY, keeper);
        sharding.init(Entity.of(UserSeats.KEY, entity -> UserSeats.create(entity.getEntityId(), keepers::reachable)));
        return new Seats(sharding, here);
    }

    /**
     * Whether the connection is one of at most {@code limit} of its user's; it counts until it {@link #leave}s.
     *
     * @param instead a connection that is about to leave for it, and counts no more
     */
    public CompletionStage<Boolean> take(String user, String connectionId, @Nullable String instead, int limit) {
        if (limit == 0) {
            return CompletableFuture.completedFuture(true);
        }
        here.compute(user, (same, ids) -> {
            Set<String> more = ids == null ? ConcurrentHashMap.newKeySet() : ids;
            more.add(connectionId);
            return more;
        });
        return sharding.entityRefFor(UserSeats.KEY, user)
                .<UserSeats.Taken>ask(replyTo -> new UserSeats.Take(connectionId, instead, limit, replyTo), PATIENCE)
                .exceptionally(late ->
                        new UserSeats.Taken(here.getOrDefault(user, Set.of()).size() <= limit))
                .thenApply(answer -> {
                    if (!answer.taken()) {
                        forget(user, connectionId);
                    }
                    return answer.taken();
                });
    }

    public void leave(String user, String connectionId) {
        if (forget(user, connectionId)) {
            sharding.entityRefFor(UserSeats.KEY, user).tell(new UserSeats.Left(connectionId));
        }
    }

    private boolean forget(String user, String connectionId) {
        boolean[] was = new boolean[1];
        here.computeIfPresent(user, (same, ids) -> {
            was[0] = ids.remove(connectionId);
            return ids.isEmpty() ? null : ids;
        });
        return was[0];
    }
}
