package io.millrace.platform.presence;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.jspecify.annotations.Nullable;

/**
 * How many connections one user has in the whole cluster. It keeps nothing that the nodes don't know better: it asks all of
 * them when it starts, and again before it refuses anybody, so a lost word can never lock a user out.
 *
 * <pre>
 *   Counting -- every node has answered, or the time is up --> Open
 *   Open     -- somebody would be refused ------------------> Counting
 * </pre>
 */
final class UserSeats extends AbstractBehavior<UserSeats.Command> {
    static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "seats");
    static final Duration COUNT_AT_MOST = Duration.ofMillis(700);

    sealed interface Command {}

    /** A new connection wants to be one of at most {@code limit}, perhaps in place of one that is about to leave for it. */
    record Take(String connectionId, @Nullable String instead, int limit, ActorRef<Taken> replyTo)
            implements Command, Travels {}

    record Taken(boolean taken) implements Travels {}

    record Left(String connectionId) implements Command, Travels {}

    /** A node's answer to {@link SeatKeeper.WhoSits}. */
    record Sitting(List<String> connectionIds) implements Command, Travels {}

    private record CountedLongEnough() implements Command {}

    private final String user;
    private final Supplier<Set<ActorRef<SeatKeeper.Command>>> nodes;
    private final TimerScheduler<Command> timers;
    private final Set<String> sitting = new HashSet<>();
    private final List<Take> waiting = new ArrayList<>();
    private int unanswered;
    private boolean counting;

    private UserSeats(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            String user,
            Supplier<Set<ActorRef<SeatKeeper.Command>>> nodes) {
        super(context);
        this.timers = timers;
        this.user = user;
        this.nodes = nodes;
        count();
    }

    static Behavior<Command> create(String user, Supplier<Set<ActorRef<SeatKeeper.Command>>> nodes) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> new UserSeats(context, timers, user, nodes)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Take.class, this::onTake)
                .onMessage(Left.class, this::onLeft)
                .onMessage(Sitting.class, this::onSitting)
                .onMessage(CountedLongEnough.class, over -> counted())
                .build();
    }

    private void count() {
        Set<ActorRef<SeatKeeper.Command>> asked = nodes.get();
        counting = true;
        unanswered = asked.size();
        sitting.clear();
        asked.forEach(
                node -> node.tell(new SeatKeeper.WhoSits(user, getContext().getSelf())));
        timers.startSingleTimer(new CountedLongEnough(), COUNT_AT_MOST);
    }

    private Behavior<Command> onTake(Take take) {
        gives(take);
        if (!counting && sitting.size() < take.limit()) {
            seat(take);
        } else {
            waiting.add(take);
            if (!counting) {
                count();
            }
        }
        return this;
    }

    /** Neither the connection itself nor the one whose place it gets stands in its way. */
    private void gives(Take take) {
        sitting.remove(take.connectionId());
        if (take.instead() != null) {
            sitting.remove(take.instead());
        }
    }

    private void seat(Take take) {
        sitting.add(take.connectionId());
        take.replyTo().tell(new Taken(true));
    }

    private Behavior<Command> onLeft(Left left) {
        sitting.remove(left.connectionId());
        return this;
    }

    private Behavior<Command> onSitting(Sitting told) {
        sitting.addAll(told.connectionIds());
        unanswered--;
        return counting && unanswered <= 0 ? counted() : this;
    }

    /** Those who wait are among those whom their nodes have told of: each is let in as if it came now. */
    private Behavior<Command> counted() {
        timers.cancel(new CountedLongEnough());
        counting = false;
        waiting.forEach(this::gives);
        for (Take take : waiting) {
            if (sitting.size() < take.limit()) {
                seat(take);
            } else {
                take.replyTo().tell(new Taken(false));
            }
        }
        waiting.clear();
        return this;
    }
}
