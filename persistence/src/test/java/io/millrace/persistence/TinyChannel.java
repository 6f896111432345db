package io.millrace.persistence;

import io.millrace.persistence.ChannelRecord.Published;
import io.millrace.protocol.ChannelName;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/** The least of a channel: numbers events, writes them, tells its head once they are stored and after recovery. */
final class TinyChannel extends EventSourcedBehavior<TinyChannel.Publish, ChannelRecord, ChannelSnapshot> {
    private final ActorRef<Long> heads;

    private TinyChannel(ChannelName name, ActorRef<Long> heads) {
        super(PersistenceId.ofUniqueId(PersistenceIds.persistenceId(name)));
        this.heads = heads;
    }

    static Behavior<Publish> create(ChannelName name, ActorRef<Long> heads) {
        return new TinyChannel(name, heads);
    }

    @Override
    public ChannelSnapshot emptyState() {
        return new ChannelSnapshot(0, 0, 0, List.of(), List.of());
    }

    @Override
    public CommandHandler<Publish, ChannelRecord, ChannelSnapshot> commandHandler() {
        return newCommandHandlerBuilder().forAnyState().onAnyCommand((state, publish) -> Effect()
                .persist(Samples.published(state.head() + 1, state.head() + publish.events()))
                .thenRun(stored -> heads.tell(stored.head())));
    }

    @Override
    public EventHandler<ChannelSnapshot, ChannelRecord> eventHandler() {
        return (state, written) ->
                new ChannelSnapshot(((Published) written).lastOffset(), 0, 0, state.keys(), state.writes());
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(10, 2);
    }

    @Override
    public SignalHandler<ChannelSnapshot> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.instance(), state -> heads.tell(state.head()))
                .build();
    }

    record Publish(int events) {}
}
