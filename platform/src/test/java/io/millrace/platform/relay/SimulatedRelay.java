package io.millrace.platform.relay;

import static io.millrace.platform.fakes.Sample.CHANNEL;
import static io.millrace.platform.fakes.Sample.EPOCH;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.persistence.Journal;
import io.millrace.platform.channel.Channel;
import io.millrace.platform.fakes.Sample;
import io.millrace.protocol.Draft;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.testkit.typed.Effect;
import org.apache.pekko.actor.testkit.typed.javadsl.BehaviorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.internal.AdaptMessage;

/**
 * The relay itself, its real behaviour, one message at a time: what it hears waits in its mailbox until the simulation lets it
 * read, what it says waits until the simulation's network takes it.
 */
public final class SimulatedRelay {
    private static final RelayMeters METERS = new RelayMeters(new SimpleMeterRegistry());

    private final LongSupplier nanos;
    private final TestInbox<Channel.Command> saysToChannel = TestInbox.create();
    private final BehaviorTestKit<Relay.Command> relay;
    private final Relay.Command tick;

    public SimulatedRelay(Journal journal, int liveEvents, LongSupplier nanos) {
        this.nanos = nanos;
        RelaySettings settings = new RelaySettings(
                new RelaySettings.Live(liveEvents, 1 << 20),
                new RelaySettings.Pages(7, 1 << 16),
                new RelaySettings.Gather(20, 1 << 20, 5, 1 << 17),
                new RelaySettings.Timing(
                        Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofHours(1)));
        Relay.Surroundings around = new Relay.Surroundings(
                settings,
                Sample.families(""),
                journal,
                EPOCH,
                METERS,
                TestInbox.<RelayKeeper.Command>create().getRef(),
                channel -> {});
        this.relay = BehaviorTestKit.create(Relay.create(CHANNEL, saysToChannel.getRef(), around, nanos));
        this.tick = relay.getAllEffects().stream()
                .filter(Effect.TimerScheduled.class::isInstance)
                .map(effect -> (Relay.Command) ((Effect.TimerScheduled<?>) effect).msg())
                .findFirst()
                .orElseThrow();
    }

    public CompletableFuture<Published> publish(String publisher, List<Draft> drafts) {
        CompletableFuture<Published> outcome = new CompletableFuture<>();
        relay.run(new Relay.Publish(publisher, drafts, 100 * drafts.size(), nanos.getAsLong(), outcome));
        return outcome;
    }

    public CompletableFuture<Feed> join(Listener listener) {
        CompletableFuture<Feed> joined = new CompletableFuture<>();
        relay.run(new Relay.Join(listener, joined));
        return joined;
    }

    public void leave(Listener listener) {
        relay.run(new Relay.Leave(listener));
    }

    public void tick() {
        relay.run(tick);
    }

    /** Whether something waits in its mailbox. */
    public boolean hasMail() {
        return relay.selfInbox().hasMessages();
    }

    /** Reads one message. The test kit hands on what adapters wrap, but not what was piped to self: that is unwrapped here. */
    @SuppressWarnings("unchecked")
    public void readMail() {
        BehaviorTestKit<Object> any = (BehaviorTestKit<Object>) (BehaviorTestKit<?>) relay;
        Object message = any.selfInbox().receiveMessage();
        any.run(message instanceof AdaptMessage<?, ?> piped ? piped.adapt() : message);
    }

    /** What it has said to its channel since the last call. */
    public List<Channel.Command> says() {
        return saysToChannel.getAllReceived();
    }

    /** Ends as by a failure: who listens and who waits must be told. */
    public void fails() {
        relay.signal(PostStop.instance());
    }
}
