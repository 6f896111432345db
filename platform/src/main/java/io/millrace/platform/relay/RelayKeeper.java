package io.millrace.platform.relay;

import io.millrace.platform.channel.Channel;
import io.millrace.protocol.ChannelName;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Has one relay for each channel that somebody on this node writes or follows. Everything a relay is asked goes through
 * here, so that none is asked after it has ended.
 */
final class RelayKeeper {

    sealed interface Command {}

    record To(ChannelName channel, Relay.Command command) implements Command {}

    /** A relay has had nothing to do for a while. */
    record Idle(ChannelName channel, ActorRef<Relay.Command> relay) implements Command {}

    private record Ended(ChannelName channel, ActorRef<Relay.Command> relay) implements Command {}

    private final ActorContext<Command> context;
    private final Function<ChannelName, RecipientRef<Channel.Command>> channels;
    private final Relay.Surroundings around;
    private final Map<ChannelName, ActorRef<Relay.Command>> relays = new HashMap<>();
    private long born;

    private RelayKeeper(
            ActorContext<Command> context,
            Function<ChannelName, RecipientRef<Channel.Command>> channels,
            Relay.Surroundings around) {
        this.context = context;
        this.channels = channels;
        this.around = around;
    }

    static Behavior<Command> create(
            Function<ChannelName, RecipientRef<Channel.Command>> channels,
            Function<ActorRef<Command>, Relay.Surroundings> around) {
        return Behaviors.setup(context -> {
            RelayKeeper keeper = new RelayKeeper(context, channels, around.apply(context.getSelf()));
            return Behaviors.receive(Command.class)
                    .onMessage(To.class, keeper::onTo)
                    .onMessage(Idle.class, keeper::onIdle)
                    .onMessage(Ended.class, keeper::onEnded)
                    .build();
        });
    }

    private Behavior<Command> onTo(To to) {
        relays.computeIfAbsent(to.channel(), this::spawn).tell(to.command());
        return Behaviors.same();
    }

    private ActorRef<Relay.Command> spawn(ChannelName channel) {
        born++;
        ActorRef<Relay.Command> relay = context.spawn(
                Relay.create(channel, channels.apply(channel), around),
                URLEncoder.encode(channel.value(), StandardCharsets.UTF_8) + "-" + born);
        context.watchWith(relay, new Ended(channel, relay));
        return relay;
    }

    private Behavior<Command> onEnded(Ended ended) {
        relays.remove(ended.channel(), ended.relay());
        return Behaviors.same();
    }

    private Behavior<Command> onIdle(Idle idle) {
        if (relays.remove(idle.channel(), idle.relay())) {
            idle.relay().tell(new Relay.Retire());
        }
        return Behaviors.same();
    }
}
