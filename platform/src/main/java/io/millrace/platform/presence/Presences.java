package io.millrace.platform.presence;

import io.millrace.platform.family.Families;
import io.millrace.protocol.ChannelName;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.typed.Cluster;

/** The room's door: who is on a channel, for families whose presence is on. Safe for many threads. */
public final class Presences {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ClusterSharding sharding;
    private final ActorRef<PresenceAgent.Command> agent;
    private final Families families;

    private Presences(ClusterSharding sharding, ActorRef<PresenceAgent.Command> agent, Families families) {
        this.sharding = sharding;
        this.agent = agent;
        this.families = families;
    }

    /** Everybody on a channel, and the last who have left it. */
    public record Crowded(List<Here> here, List<Here> gone) {}

    public static Presences start(ActorSystem<?> system, Families families, Clock clock) {
        ClusterSharding sharding = ClusterSharding.get(system);
        String node = Long.toHexString(
                Cluster.get(system).selfMember().uniqueAddress().longUid());
        ActorRef<PresenceAgent.Command> agent = system.systemActorOf(
                PresenceAgent.create(node, channel -> sharding.entityRefFor(ChannelPresence.KEY, channel), clock),
                "presence-agent",
                Props.empty());
        Peers<PresenceAgent.Command> agents = Peers.of(system, PresenceAgent.KEY, agent);
        sharding.init(Entity.of(
                ChannelPresence.KEY, entity -> ChannelPresence.create(entity.getEntityId(), agents::all, clock)));
        return new Presences(sharding, agent, families);
    }

    public boolean isOn(ChannelName channel) {
        return families.of(channel).hearing().presence();
    }

    public void enter(ChannelName channel, String user, String connectionId) {
        agent.tell(new PresenceAgent.Enter(channel.value(), user, connectionId));
    }

    public void leave(ChannelName channel, String user, String connectionId) {
        agent.tell(new PresenceAgent.Leave(channel.value(), user, connectionId));
    }

    /** Has the watcher told who is there, and who comes and leaves, until it is taken away. */
    public void watch(ChannelName channel, Watcher watcher) {
        agent.tell(new PresenceAgent.Watch(channel.value(), watcher));
    }

    public void unwatch(ChannelName channel, Watcher watcher) {
        agent.tell(new PresenceAgent.Unwatch(channel.value(), watcher));
    }

    /** Who is there now. Fails where the channel's entity can't be asked in time. */
    public CompletionStage<Crowded> who(ChannelName channel) {
        return sharding.entityRefFor(ChannelPresence.KEY, channel.value())
                .<ChannelPresence.Told>ask(ChannelPresence.Who::new, PATIENCE)
                .thenApply(told -> new Crowded(told.here(), told.gone()));
    }
}
