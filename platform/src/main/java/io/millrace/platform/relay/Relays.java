package io.millrace.platform.relay;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.persistence.Journal;
import io.millrace.platform.channel.Channel;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Epoch;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.RecipientRef;

/** The room's door: publish to a channel and listen to one, by its relay on this node. Safe for use by many threads. */
public final class Relays {
    private final ActorRef<RelayKeeper.Command> keeper;

    private Relays(ActorRef<RelayKeeper.Command> keeper) {
        this.keeper = keeper;
    }

    /** @param committed hears of every channel in which something of this node's was committed */
    public static Relays start(
            ActorSystem<?> system,
            RelaySettings settings,
            Journal journal,
            Epoch epoch,
            MeterRegistry registry,
            Function<ChannelName, RecipientRef<Channel.Command>> channels,
            Consumer<ChannelName> committed) {
        RelayMeters meters = new RelayMeters(registry);
        return new Relays(system.systemActorOf(
                RelayKeeper.create(
                        channels,
                        keeper -> new Relay.Surroundings(settings, journal, epoch, meters, keeper, committed)),
                "relays",
                Props.empty()));
    }

    /** Publishes these events, all or none. The stage never fails and always ends within the publish timeout. */
    public CompletionStage<Published> publish(ChannelName channel, String publisher, List<Draft> drafts) {
        int bytes = 0;
        for (Draft draft : drafts) {
            bytes += draft.data().size() + 64;
        }
        CompletableFuture<Published> outcome = new CompletableFuture<>();
        keeper.tell(
                new RelayKeeper.To(channel, new Relay.Publish(publisher, drafts, bytes, System.nanoTime(), outcome)));
        return outcome;
    }

    /** Has the listener woken for this channel until it leaves. The stage ends when the channel's head is known here. */
    public CompletionStage<Feed> join(ChannelName channel, Listener listener) {
        CompletableFuture<Feed> joined = new CompletableFuture<>();
        keeper.tell(new RelayKeeper.To(channel, new Relay.Join(listener, joined)));
        return joined;
    }
}
