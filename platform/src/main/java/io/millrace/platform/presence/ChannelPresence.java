package io.millrace.platform.presence;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

/**
 * Who is on one channel in the whole cluster. It keeps nothing that the nodes don't know better: it asks all of them when
 * it starts, here or on another node, and each node renews its word every few seconds, or is forgotten with its lease.
 *
 * <pre>
 *   Learning -- every node has told, or the time is up --> Knowing   the watching nodes are told the whole
 *   Knowing  -- a node's users come or leave -------------> Knowing   the watching nodes are told the change
 * </pre>
 *
 * While a node hasn't told at all, nobody is said to have left for want of its word, until a lease is over.
 */
final class ChannelPresence extends AbstractBehavior<ChannelPresence.Command> {
    static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "presence");
    static final Duration LEASE = Duration.ofSeconds(15);
    static final Duration TICK = Duration.ofSeconds(3);
    private static final int TICKS_OF_A_LEASE = (int) LEASE.dividedBy(TICK);
    static final Duration LEARN_AT_MOST = Duration.ofSeconds(2);
    private static final int KEPT_GONE = 1000;

    sealed interface Command {}

    /** What changed on a node since its word before; {@code watching}: the node wants to be told of changes. */
    record Update(String node, long seq, List<Present> changed, boolean watching, ActorRef<PresenceAgent.Command> agent)
            implements Command, Travels {
        Update {
            changed = List.copyOf(changed);
        }
    }

    /** Everybody whom a node has. */
    record All(String node, long seq, List<Present> all, boolean watching, ActorRef<PresenceAgent.Command> agent)
            implements Command, Travels {
        All {
            all = List.copyOf(all);
        }
    }

    /** Nothing has changed on a node. */
    record Renew(String node, long seq, boolean watching, ActorRef<PresenceAgent.Command> agent)
            implements Command, Travels {}

    /** A watching node has no view yet, or has lost it. */
    record WantView(ActorRef<PresenceAgent.Command> agent) implements Command, Travels {}

    record Who(ActorRef<Told> replyTo) implements Command, Travels {}

    record Told(List<Here> here, List<Here> gone) implements Travels {
        Told {
            here = List.copyOf(here);
            gone = List.copyOf(gone);
        }
    }

    private record Tick() implements Command {}

    private record LearntLongEnough() implements Command {}

    private record LeaseIsOver() implements Command {}

    private final String channel;
    private final Supplier<Set<ActorRef<PresenceAgent.Command>>> nodes;
    private final TimerScheduler<Command> timers;
    private final Clock clock;
    private final Crowd crowd = new Crowd(KEPT_GONE);
    private final Map<String, ActorRef<PresenceAgent.Command>> watching = new HashMap<>();
    private final List<Who> asking = new ArrayList<>();
    private final Set<ActorRef<PresenceAgent.Command>> silent = new HashSet<>();
    private boolean learning = true;

    private ChannelPresence(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            String channel,
            Supplier<Set<ActorRef<PresenceAgent.Command>>> nodes,
            Clock clock) {
        super(context);
        this.channel = channel;
        this.nodes = nodes;
        this.timers = timers;
        this.clock = clock;
        timers.startTimerWithFixedDelay(new Tick(), TICK);
        timers.startSingleTimer(new LearntLongEnough(), LEARN_AT_MOST);
        silent.addAll(nodes.get());
        nodes.get().forEach(node -> node.tell(new PresenceAgent.TellAll(channel)));
    }

    static Behavior<Command> create(String channel, Supplier<Set<ActorRef<PresenceAgent.Command>>> nodes, Clock clock) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new ChannelPresence(context, timers, channel, nodes, clock)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Update.class, this::onUpdate)
                .onMessage(All.class, this::onAll)
                .onMessage(Renew.class, this::onRenew)
                .onMessage(WantView.class, this::onWantView)
                .onMessage(Who.class, this::onWho)
                .onMessage(Tick.class, tick -> onTick())
                .onMessage(LearntLongEnough.class, over -> learnt())
                .onMessage(LeaseIsOver.class, over -> onLeaseIsOver())
                .build();
    }

    private Behavior<Command> onUpdate(Update update) {
        if (!crowd.follows(update.node(), update.seq())) {
            update.agent().tell(new PresenceAgent.TellAll(channel));
            return this;
        }
        tell(crowd.update(update.node(), update.seq(), update.changed(), clock.millis()));
        watches(update.node(), update.watching(), update.agent());
        return this;
    }

    private Behavior<Command> onAll(All all) {
        tell(crowd.replace(all.node(), all.seq(), all.all(), clock.millis()));
        silent.remove(all.agent());
        watches(all.node(), all.watching(), all.agent());
        return learning && silent.isEmpty() ? learnt() : this;
    }

    private Behavior<Command> onRenew(Renew renew) {
        if (!crowd.renew(renew.node(), renew.seq(), clock.millis())) {
            renew.agent().tell(new PresenceAgent.TellAll(channel));
        } else {
            watches(renew.node(), renew.watching(), renew.agent());
        }
        return this;
    }

    private void watches(String node, boolean does, ActorRef<PresenceAgent.Command> agent) {
        if (!does) {
            watching.remove(node);
        } else {
            watching.put(node, agent);
        }
    }

    private Behavior<Command> onWantView(WantView want) {
        if (!learning) {
            view(want.agent());
        }
        return this;
    }

    private Behavior<Command> onWho(Who who) {
        if (learning) {
            asking.add(who);
        } else {
            who.replyTo().tell(told());
        }
        return this;
    }

    private Told told() {
        return new Told(crowd.here(), crowd.gone());
    }

    /** From here on changes are told one by one. */
    private Behavior<Command> learnt() {
        if (!learning) {
            return this;
        }
        timers.cancel(new LearntLongEnough());
        learning = false;
        silent.retainAll(nodes.get());
        if (!silent.isEmpty()) {
            timers.startSingleTimer(new LeaseIsOver(), LEASE);
        }
        watching.values().forEach(this::view);
        Told told = told();
        asking.forEach(who -> who.replyTo().tell(told));
        asking.clear();
        return this;
    }

    /** Whoever hasn't told by now has no lease here. */
    private Behavior<Command> onLeaseIsOver() {
        silent.clear();
        watching.values().forEach(this::view);
        return this;
    }

    private void view(ActorRef<PresenceAgent.Command> agent) {
        agent.tell(new PresenceAgent.View(channel, crowd.here(), silent.isEmpty(), clock.millis()));
    }

    private void tell(List<Change> changes) {
        if (!learning && !changes.isEmpty()) {
            watching.values().forEach(agent -> agent.tell(new PresenceAgent.Changed(channel, changes)));
        }
    }

    private Behavior<Command> onTick() {
        tell(crowd.tick(TICKS_OF_A_LEASE, clock.millis()));
        watching.keySet().removeIf(node -> !crowd.knows(node));
        if (!learning && silent.isEmpty()) {
            PresenceAgent.Digest digest = new PresenceAgent.Digest(channel, crowd.digest());
            watching.values().forEach(agent -> agent.tell(digest));
        }
        return this;
    }
}
