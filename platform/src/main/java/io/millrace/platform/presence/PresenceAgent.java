package io.millrace.platform.presence;

import io.millrace.platform.presence.ChannelPresence.All;
import io.millrace.platform.presence.ChannelPresence.Renew;
import io.millrace.platform.presence.ChannelPresence.Update;
import io.millrace.platform.presence.ChannelPresence.WantView;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/**
 * A node's word on who is where: tells each channel's entity which users the node has, at once when that changes and again
 * every few seconds, and passes on what the entity says to those here who watch. One on every node.
 */
final class PresenceAgent extends AbstractBehavior<PresenceAgent.Command> {
    static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "presence-agent");
    static final Duration RENEWAL = Duration.ofSeconds(3);

    /** An empty channel is renewed for a while, so that it is remembered who was there. */
    private static final int EMPTY_RENEWALS = 20;

    sealed interface Command {}

    record Enter(String channel, String user, String connectionId) implements Command {}

    record Leave(String channel, String user, String connectionId) implements Command {}

    record Watch(String channel, Watcher watcher) implements Command {}

    record Unwatch(String channel, Watcher watcher) implements Command {}

    /** The entity wants to hear everybody. */
    record TellAll(String channel) implements Command, Travels {}

    record Changed(String channel, List<Change> changes) implements Command, Travels {
        Changed {
            changes = List.copyOf(changes);
        }
    }

    /** @param whole whether whoever isn't in it has left; otherwise some node's word is still missing */
    record View(String channel, List<Here> here, boolean whole, long timeMillis) implements Command, Travels {
        View {
            here = List.copyOf(here);
        }
    }

    /** By which a lost change is found. */
    record Digest(String channel, long digest) implements Command, Travels {}

    private record RenewalDue() implements Command {}

    private final String node;
    private final Function<String, RecipientRef<ChannelPresence.Command>> channels;
    private final Clock clock;
    private final Map<String, Local> locals = new HashMap<>();

    private PresenceAgent(
            ActorContext<Command> context,
            String node,
            Function<String, RecipientRef<ChannelPresence.Command>> channels,
            Clock clock) {
        super(context);
        this.node = node;
        this.channels = channels;
        this.clock = clock;
    }

    /** @param node a name that no other node has, nor this one after it was started again */
    static Behavior<Command> create(
            String node, Function<String, RecipientRef<ChannelPresence.Command>> channels, Clock clock) {
        Behavior<Command> agent = Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(new RenewalDue(), RENEWAL);
            return new PresenceAgent(context, node, channels, clock);
        }));
        return Behaviors.supervise(agent).onFailure(SupervisorStrategy.resume());
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Enter.class, this::onEnter)
                .onMessage(Leave.class, this::onLeave)
                .onMessage(Watch.class, this::onWatch)
                .onMessage(Unwatch.class, this::onUnwatch)
                .onMessage(TellAll.class, this::onTellAll)
                .onMessage(Changed.class, this::onChanged)
                .onMessage(View.class, this::onView)
                .onMessage(Digest.class, this::onDigest)
                .onMessage(RenewalDue.class, due -> onRenewalDue())
                .build();
    }

    // here

    private Behavior<Command> onEnter(Enter enter) {
        Local local = local(enter.channel());
        if (local.enter(enter.user(), enter.connectionId(), clock.millis())) {
            update(enter.channel(), local, List.of(local.present(enter.user())));
        }
        return this;
    }

    private Behavior<Command> onLeave(Leave leave) {
        Local local = locals.get(leave.channel());
        if (local != null && local.leave(leave.user(), leave.connectionId())) {
            update(leave.channel(), local, List.of(local.present(leave.user())));
        }
        return this;
    }

    private Behavior<Command> onWatch(Watch watch) {
        Local local = local(watch.channel());
        if (local.watch(watch.watcher(), clock.millis())) {
            update(watch.channel(), local, List.of());
            tell(watch.channel(), new WantView(self()));
        }
        return this;
    }

    private Behavior<Command> onUnwatch(Unwatch unwatch) {
        Local local = locals.get(unwatch.channel());
        if (local != null) {
            local.unwatch(unwatch.watcher());
        }
        return this;
    }

    private Local local(String channel) {
        return locals.computeIfAbsent(channel, first -> new Local());
    }

    // to the entity

    private void update(String channel, Local local, List<Present> changed) {
        tell(channel, new Update(node, local.nextSeq(), changed, local.isWatched(), self()));
    }

    private Behavior<Command> onTellAll(TellAll tell) {
        Local local = locals.get(tell.channel());
        tell(
                tell.channel(),
                local == null
                        ? new All(node, 0, List.of(), false, self())
                        : new All(node, local.seq(), local.everybody(), local.isWatched(), self()));
        return this;
    }

    private Behavior<Command> onRenewalDue() {
        for (Iterator<Map.Entry<String, Local>> each = locals.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<String, Local> entry = each.next();
            Local local = entry.getValue();
            tell(entry.getKey(), new Renew(node, local.seq(), local.isWatched(), self()));
            if (local.emptyRenewals() > EMPTY_RENEWALS) {
                each.remove();
            }
        }
        return this;
    }

    private void tell(String channel, ChannelPresence.Command command) {
        channels.apply(channel).tell(command);
    }

    private ActorRef<Command> self() {
        return getContext().getSelf();
    }

    // from the entity

    private Behavior<Command> onChanged(Changed changed) {
        Local local = locals.get(changed.channel());
        if (local != null) {
            changed.changes().forEach(local::changed);
        }
        return this;
    }

    private Behavior<Command> onView(View view) {
        Local local = locals.get(view.channel());
        if (local != null) {
            local.sees(view);
        }
        return this;
    }

    private Behavior<Command> onDigest(Digest digest) {
        Local local = locals.get(digest.channel());
        if (local != null && local.isWatched() && !local.agreesWith(digest.digest())) {
            tell(digest.channel(), new WantView(self()));
        }
        return this;
    }
}
