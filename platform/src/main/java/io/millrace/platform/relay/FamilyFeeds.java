package io.millrace.platform.relay;

import io.millrace.persistence.FamilyLog;
import io.millrace.platform.family.Families;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Epoch;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.pubsub.Topic;

/**
 * The door to whole families: listen to one, and tell every node that something was committed in one. Hints are gathered,
 * so that however much is published, a family costs at most fifty small messages a second. Safe for use by many threads.
 */
public final class FamilyFeeds {
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration GATHER = Duration.ofMillis(20);

    private final Families families;
    private final ActorRef<Command> keeper;

    private FamilyFeeds(Families families, ActorRef<Command> keeper) {
        this.families = families;
        this.keeper = keeper;
    }

    public static FamilyFeeds start(
            ActorSystem<?> system, RelaySettings settings, Families families, FamilyLog log, Epoch epoch) {
        FamilyRelay.Surroundings around = new FamilyRelay.Surroundings(settings, log, epoch);
        // from the start, and not with the first listener: what is published before must be there for whoever comes
        // back
        families.named().forEach((name, family) -> {
            if (family.hearing().wildcard()) {
                keep(log, name);
            }
        });
        return new FamilyFeeds(families, system.systemActorOf(Keeper.create(around), "families", Props.empty()));
    }

    private static void keep(FamilyLog log, String family) {
        log.keep(family).whenComplete((kept, failure) -> {
            if (failure != null) {
                CompletableFuture.delayedExecutor(RETRY.toMillis(), TimeUnit.MILLISECONDS)
                        .execute(() -> keep(log, family));
            }
        });
    }

    /** Has the listener woken for this family until it leaves. The stage ends when the family's end is known here. */
    public CompletionStage<FamilyFeed> join(String family, Listener listener) {
        CompletableFuture<FamilyFeed> joined = new CompletableFuture<>();
        keeper.tell(new Join(family, listener, joined));
        return joined;
    }

    /** Something was committed in this channel. */
    public void committed(ChannelName channel) {
        if (families.of(channel).hearing().wildcard()) {
            keeper.tell(new Committed(channel.family()));
        }
    }

    private sealed interface Command {}

    private record Join(String family, Listener listener, CompletableFuture<FamilyFeed> joined) implements Command {}

    private record Committed(String family) implements Command {}

    private record Heard(String family) implements Command {}

    /** A reader has failed; it has told its listeners, and who joins next gets a new one. */
    private record Ended(String family, ActorRef<FamilyRelay.Command> relay) implements Command {}

    private record TellAll() implements Command {}

    /** Owns the families' readers on this node, and the topic by which nodes give each other hints. */
    private static final class Keeper {
        private final ActorContext<Command> context;
        private final TimerScheduler<Command> timers;
        private final FamilyRelay.Surroundings around;
        private final ActorRef<Topic.Command<String>> topic;
        private final Map<String, ActorRef<FamilyRelay.Command>> relays = new HashMap<>();
        private final Set<String> untold = new HashSet<>();
        private int born;

        private Keeper(ActorContext<Command> context, TimerScheduler<Command> timers, FamilyRelay.Surroundings around) {
            this.context = context;
            this.timers = timers;
            this.around = around;
            this.topic = context.spawn(Topic.create(String.class, "millrace-family-hints"), "hints");
            topic.tell(Topic.subscribe(context.messageAdapter(String.class, Heard::new)));
        }

        static Behavior<Command> create(FamilyRelay.Surroundings around) {
            return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
                Keeper keeper = new Keeper(context, timers, around);
                return Behaviors.receive(Command.class)
                        .onMessage(Join.class, keeper::onJoin)
                        .onMessage(Committed.class, keeper::onCommitted)
                        .onMessage(TellAll.class, tell -> keeper.onTellAll())
                        .onMessage(Heard.class, keeper::onHeard)
                        .onMessage(Ended.class, keeper::onEnded)
                        .build();
            }));
        }

        private Behavior<Command> onJoin(Join join) {
            relays.computeIfAbsent(join.family(), this::spawn)
                    .tell(new FamilyRelay.Join(join.listener(), join.joined()));
            return Behaviors.same();
        }

        private ActorRef<FamilyRelay.Command> spawn(String family) {
            born++;
            ActorRef<FamilyRelay.Command> relay = context.spawn(FamilyRelay.create(family, around), "family-" + born);
            context.watchWith(relay, new Ended(family, relay));
            return relay;
        }

        private Behavior<Command> onEnded(Ended ended) {
            relays.remove(ended.family(), ended.relay());
            return Behaviors.same();
        }

        private Behavior<Command> onCommitted(Committed committed) {
            untold.add(committed.family());
            if (!timers.isTimerActive(TellAll.class)) {
                timers.startSingleTimer(TellAll.class, new TellAll(), Duration.ZERO);
            }
            return Behaviors.same();
        }

        private Behavior<Command> onTellAll() {
            if (!untold.isEmpty()) {
                untold.forEach(family -> topic.tell(Topic.publish(family)));
                untold.clear();
                timers.startSingleTimer(TellAll.class, new TellAll(), GATHER); // what comes meanwhile goes together
            }
            return Behaviors.same();
        }

        private Behavior<Command> onHeard(Heard heard) {
            ActorRef<FamilyRelay.Command> relay = relays.get(heard.family());
            if (relay != null) {
                relay.tell(new FamilyRelay.Hinted());
            }
            return Behaviors.same();
        }
    }
}
