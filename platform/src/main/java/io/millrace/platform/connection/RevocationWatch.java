package io.millrace.platform.connection;

import io.millrace.persistence.Revocations;
import io.millrace.platform.access.Login;
import io.millrace.platform.access.Revoked;
import io.millrace.protocol.Code;
import io.millrace.protocol.Revocation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.pubsub.Topic;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node's {@link Revoked} up to date and ends the connections that it covers. The database's table is the truth,
 * asked every {@code poll}; a word from the node where it happened comes sooner. While the database is away, what was
 * known goes on counting, and so does what other nodes say.
 */
public final class RevocationWatch {
    private static final Logger LOG = LoggerFactory.getLogger(RevocationWatch.class);
    private static final long NEVER = -1;

    private final Revocations table;
    private final Revoked revoked;
    private final Connections connections;
    private final RevocationSettings settings;
    private final Clock clock;
    private final ActorRef<Command> watch;
    private volatile boolean away;
    private final ActorRef<Topic.Command<Heard>> topic;

    sealed interface Command {}

    /** Something was revoked, or a revocation was taken away, on some node. */
    record Heard(@Nullable Revocation added) implements Command, Travels {}

    private record LookDue() implements Command {}

    private record Read(Optional<Revocations.Known> known) implements Command {}

    private record Unread(String why) implements Command {}

    private RevocationWatch(
            ActorSystem<?> system,
            RevocationSettings settings,
            Revocations table,
            Revoked revoked,
            Connections connections,
            Clock clock) {
        this.settings = settings;
        this.table = table;
        this.revoked = revoked;
        this.connections = connections;
        this.clock = clock;
        this.topic = system.systemActorOf(Topic.create(Heard.class, "revocations"), "revocation-topic", Props.empty());
        this.watch = system.systemActorOf(
                Behaviors.supervise(behavior()).onFailure(SupervisorStrategy.resume()),
                "revocation-watch",
                Props.empty());
    }

    /** Starts watching. Fails where the database can't say what is revoked: a node must not begin without knowing. */
    public static RevocationWatch start(
            ActorSystem<?> system,
            RevocationSettings settings,
            Revocations table,
            Revoked revoked,
            Connections connections,
            Clock clock) {
        table.unless(NEVER).toCompletableFuture().join().ifPresent(known -> revoked.replace(known.revocations()));
        return new RevocationWatch(system, settings, table, revoked, connections, clock);
    }

    /** Takes something back, everywhere. Fails where the database doesn't take it. */
    public CompletionStage<Revocation> revoke(
            Revocation.Kind kind, String value, @Nullable String reason, String by, @Nullable Duration keep) {
        return table.add(kind, value, reason, by, keep == null ? settings.keep() : keep)
                .thenApply(added -> {
                    topic.tell(Topic.publish(new Heard(added)));
                    watch.tell(new Heard(added));
                    return added;
                });
    }

    /** Takes a revocation away; false where there is none with that id. */
    public CompletionStage<Boolean> restore(long id) {
        return table.remove(id).thenApply(removed -> {
            topic.tell(Topic.publish(new Heard(null)));
            return removed;
        });
    }

    /** All that hold, as the database has them. */
    public CompletionStage<List<Revocation>> all() {
        return table.unless(NEVER)
                .thenApply(known -> known.map(Revocations.Known::revocations).orElse(List.of()));
    }

    /** Whether the database answered when it was last asked, a few seconds ago at most. */
    public boolean databaseAnswers() {
        return !away;
    }

    private Behavior<Command> behavior() {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            topic.tell(Topic.subscribe(context.getSelf().narrow()));
            timers.startTimerWithFixedDelay(new LookDue(), settings.poll());
            return new Watching(context.getSelf()).behavior();
        }));
    }

    /** The actor's own state: which version it has, and whether it is asking for another. */
    private final class Watching {
        private final ActorRef<Command> self;
        private long version = NEVER;
        private boolean asking;
        private boolean askAgain;

        Watching(ActorRef<Command> self) {
            this.self = self;
        }

        Behavior<Command> behavior() {
            return Behaviors.receive(Command.class)
                    .onMessage(LookDue.class, due -> look())
                    .onMessage(Heard.class, this::onHeard)
                    .onMessage(Read.class, this::onRead)
                    .onMessage(Unread.class, this::onUnread)
                    .build();
        }

        /** What another node says counts before the database is asked, and whether or not it answers. */
        private Behavior<Command> onHeard(Heard heard) {
            Revocation added = heard.added();
            if (added != null && revoked.all().stream().noneMatch(each -> each.id() == added.id())) {
                List<Revocation> more = new ArrayList<>(revoked.all());
                more.add(added);
                revoked.replace(more);
            }
            askAgain = asking;
            return look();
        }

        private Behavior<Command> look() {
            endRevoked();
            if (!asking) {
                asking = true;
                table.unless(version)
                        .whenComplete((known, failure) ->
                                self.tell(failure == null ? new Read(known) : new Unread(failure.toString())));
            }
            return Behaviors.same();
        }

        private Behavior<Command> onRead(Read read) {
            asking = false;
            away = false;
            read.known().ifPresent(known -> {
                version = known.version();
                revoked.replace(known.revocations());
                endRevoked();
            });
            if (askAgain) {
                askAgain = false;
                return look();
            }
            return Behaviors.same();
        }

        private Behavior<Command> onUnread(Unread unread) {
            asking = false;
            if (!away) {
                LOG.warn("What is revoked can't be read; what was known goes on counting: {}", unread.why());
            }
            away = true;
            return Behaviors.same();
        }
    }

    /** Looks at every connection each time, since one may have been on its way in while something was revoked. */
    private void endRevoked() {
        if (revoked.isEmpty()) {
            return;
        }
        Instant now = clock.instant();
        for (Card card : connections.roster().cards()) {
            Login login = card.login();
            if ((login != null && revoked.covers(login, now))
                    || revoked.coversConnection(card.id().value(), now)) {
                connections.end(card, Code.REVOKED, Code.REVOKED.happened());
            }
        }
    }
}
