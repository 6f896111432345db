package io.millrace.platform.relay;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.persistence.Journal;
import io.millrace.platform.channel.Channel;
import io.millrace.platform.family.Families;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.CommandDraft;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Refusal;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.RecipientRef;
import org.jspecify.annotations.Nullable;

/** The room's door: publish to a channel and listen to one, by its relay on this node. Safe for use by many threads. */
public final class Relays {
    private final ActorRef<RelayKeeper.Command> keeper;
    private final Admission admission;
    private final Journal kept;

    private Relays(
            ActorRef<RelayKeeper.Command> keeper,
            RelaySettings settings,
            Families families,
            Set<String> controlNames,
            Journal journal,
            RelayMeters meters) {
        this.keeper = keeper;
        this.admission = new Admission(families, controlNames, meters);
        this.kept = new Kept(families, journal, this, settings.timing().publishTimeout());
    }

    /**
     * @param controlNames types that nobody may publish, since presets call control events so
     * @param committed hears of every channel in which something of this node's was committed
     */
    public static Relays start(
            ActorSystem<?> system,
            RelaySettings settings,
            Families families,
            Set<String> controlNames,
            Journal journal,
            Epoch epoch,
            MeterRegistry registry,
            Function<ChannelName, RecipientRef<Channel.Command>> channels,
            Consumer<ChannelName> committed) {
        RelayMeters meters = new RelayMeters(registry);
        return new Relays(
                system.systemActorOf(
                        RelayKeeper.create(
                                channels,
                                keeper -> new Relay.Surroundings(
                                        settings, families, journal, epoch, meters, keeper, committed)),
                        "relays",
                        Props.empty()),
                settings,
                families,
                controlNames,
                journal,
                meters);
    }

    /** What can be read on this node: the journal, but for channels of class ephemeral, which have none. */
    public Journal kept() {
        return kept;
    }

    /** Publishes these events, all or none. The stage never fails and always ends within the publish timeout. */
    public CompletionStage<Published> publish(ChannelName channel, String publisher, List<Draft> drafts) {
        return publish(channel, publisher, drafts, null);
    }

    /** The same, only if the channel's head is at {@code expectedOffset}. */
    public CompletionStage<Published> publish(
            ChannelName channel, String publisher, List<Draft> drafts, @Nullable Long expectedOffset) {
        Refusal refusal = admission.refusal(channel, publisher, drafts);
        if (refusal != null) {
            return CompletableFuture.completedFuture(new Published.Refused(refusal));
        }
        int bytes = 0;
        for (Draft draft : drafts) {
            bytes += draft.data().size() + 64;
        }
        CompletableFuture<Published> outcome = new CompletableFuture<>();
        keeper.tell(new RelayKeeper.To(
                channel,
                new Relay.Publish(publisher, drafts, bytes, System.nanoTime(), outcome, expectedOffset, null)));
        return outcome;
    }

    /** Has the channel's behaviour do a command. As {@link #publish}: never fails, and ends in time. */
    public CompletionStage<Published> execute(ChannelName channel, String sender, CommandDraft command) {
        CompletableFuture<Published> outcome = new CompletableFuture<>();
        int bytes = command.data().size() + 64;
        keeper.tell(new RelayKeeper.To(
                channel, new Relay.Publish(sender, List.of(), bytes, System.nanoTime(), outcome, null, command)));
        return outcome;
    }

    /** The channel's state as it is now or later. Never fails, and ends within the publish timeout. */
    public CompletionStage<StateRead> state(ChannelName channel) {
        CompletableFuture<StateRead> answer = new CompletableFuture<>();
        keeper.tell(new RelayKeeper.To(channel, new Relay.AskState(answer)));
        return answer;
    }

    /** Has the listener woken for this channel until it leaves. The stage ends when the channel's head is known here. */
    public CompletionStage<Feed> join(ChannelName channel, Listener listener) {
        CompletableFuture<Feed> joined = new CompletableFuture<>();
        keeper.tell(new RelayKeeper.To(channel, new Relay.Join(listener, joined)));
        return joined;
    }
}
