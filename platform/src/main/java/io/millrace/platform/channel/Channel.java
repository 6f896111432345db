package io.millrace.platform.channel;

import io.millrace.persistence.ChannelRecord;
import io.millrace.persistence.ChannelRecord.Published;
import io.millrace.persistence.ChannelSnapshot;
import io.millrace.persistence.ChannelSnapshot.KnownWrite;
import io.millrace.persistence.Journal;
import io.millrace.persistence.Journal.Page;
import io.millrace.persistence.PersistenceIds;
import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Announcement.Announced;
import io.millrace.platform.channel.Announcement.Head;
import io.millrace.platform.channel.Answer.Outcome;
import io.millrace.platform.channel.Answer.Unconfirmed;
import io.millrace.platform.channel.ChannelState.Decided;
import io.millrace.platform.family.Family;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.CommandDraft;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Event;
import io.millrace.protocol.JsonData;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.SnapshotAdapter;
import org.apache.pekko.persistence.typed.SnapshotCompleted;
import org.apache.pekko.persistence.typed.SnapshotFailed;
import org.apache.pekko.persistence.typed.javadsl.CommandHandlerWithReply;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import org.apache.pekko.persistence.typed.javadsl.ReplyEffect;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.jspecify.annotations.Nullable;

/**
 * One channel: the only writer of its log. A write is decided, committed as one journal record, and only then answered and
 * announced to the followers. Offsets are dense from 1; a write that comes again is answered as before and appends
 * nothing. A channel that nobody follows or writes is passivated by its shard.
 *
 * <p>The journal's primary key and the unique offsets are the fence: of two incarnations the database lets only one
 * commit, the other fails, forgets what it knew and recovers from what is true.
 */
public final class Channel
        extends EventSourcedBehaviorWithEnforcedReplies<Channel.Command, ChannelRecord, ChannelState> {

    public static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "channel");

    public sealed interface Command {}

    /** Append these requests, in order, in one commit. The same write again gets the same answer. */
    public record PublishAll(WriteId write, List<Request> requests, ActorRef<Answer> replyTo)
            implements Command, Travels {}

    /**
     * One publisher's events: all of them are appended, or none.
     *
     * @param expectedOffset the head after which alone they may be appended; null where any will do
     */
    public record Request(String publisher, List<Draft> drafts, @Nullable Long expectedOffset) {
        public Request(String publisher, List<Draft> drafts) {
            this(publisher, drafts, null);
        }
    }

    /**
     * Tell me what is committed from now on. A lease: who doesn't ask again in time is no longer told. Answered at once
     * with {@link Head}, by which a follower sees whether it has missed anything.
     *
     * @param seen the newest offset the follower knows of; a channel without a journal never goes back behind it
     */
    public record Follow(ActorRef<Announcement> follower, long seen) implements Command, Travels {}

    public record Unfollow(ActorRef<Announcement> follower) implements Command, Travels {}

    /** Wake up and give up what retention doesn't keep: sent by the sweep to channels that may be asleep. */
    public record Trim(String reason) implements Command, Travels {}

    /** The next of those that wait may go: only where the channel is of class latest and over its rate. */
    record TurnDue() implements Command {}

    /** Do this command, alone in its commit. The same write again gets the same answer. */
    public record Execute(WriteId write, String sender, CommandDraft command, ActorRef<Answer> replyTo)
            implements Command, Travels {}

    /** What do all your events come to? {@code question} comes back with the answer. */
    public record ReadState(long question, ActorRef<StateIs> replyTo) implements Command, Travels {}

    /**
     * The state at {@code offset}, exactly.
     *
     * @param declined why there is none to give; then {@code data} is null
     */
    public record StateIs(long question, long offset, @Nullable JsonData data, Answer.@Nullable Declined declined)
            implements Travels {}

    /**
     * End after what was asked before: the shard sends it where the channel is to live elsewhere, or sleep. A message, since
     * what the library sends otherwise is forgotten with a commit that fails under it, and the shard then waits in vain.
     */
    public record Stop() implements Command {}

    record CatchUp() implements Command {}

    record CaughtUp(@Nullable Page page, @Nullable Throwable failure) implements Command {}

    record RetentionDue() implements Command {}

    record TooOldUpTo(long offset) implements Command {}

    record Deleted(int rows) implements Command {}

    record RetentionFailed(String what, Throwable cause) implements Command {}

    /** What every channel of a node works with. */
    public record Surroundings(ChannelSettings settings, Journal journal, Clock clock, ChannelMeters meters) {}

    private final ChannelName channel;
    private final ActorContext<Command> context;
    private final ChannelSettings settings;
    private final Journal journal;
    private final Clock clock;
    private final ChannelMeters meters;
    private final @Nullable EntityBehaviour<?> behaviour;
    private final Followers followers;
    private final Trimming trimming;
    private final LastAnswers answers = new LastAnswers();
    private final Family family;
    private Allowance allowance;
    private @Nullable LatestLine line;
    private boolean turnIsDue;

    private Channel(
            ChannelName channel,
            ActorContext<Command> context,
            Family family,
            @Nullable EntityBehaviour<?> behaviour,
            Surroundings around) {
        super(
                PersistenceId.ofUniqueId(PersistenceIds.persistenceId(channel)),
                SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(5), 0.2));
        this.channel = channel;
        this.context = context;
        this.settings = around.settings();
        this.journal = around.journal();
        this.clock = around.clock();
        this.meters = around.meters();
        this.family = family;
        this.allowance = Allowance.of(family.publishing().rate());
        this.behaviour = behaviour;
        this.followers = new Followers(settings.followLease());
        this.trimming = new Trimming(family.retention());
    }

    public static Behavior<Command> create(ChannelName channel, Family family, Surroundings around) {
        if (!family.isJournaled()) {
            return EphemeralChannel.create(family, around);
        }
        return create(channel, family, Behaviours.of(family), around);
    }

    static Behavior<Command> create(
            ChannelName channel, Family family, @Nullable EntityBehaviour<?> behaviour, Surroundings around) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(
                    new RetentionDue(), around.settings().work().checkInterval());
            return new Channel(channel, context, family, behaviour, around);
        }));
    }

    @Override
    public ChannelState emptyState() {
        return ChannelState.empty(settings.dedupe(), behaviour);
    }

    @Override
    public CommandHandlerWithReply<Command, ChannelRecord, ChannelState> commandHandler() {
        return newCommandHandlerWithReplyBuilder()
                .forAnyState()
                .onCommand(PublishAll.class, this::onPublishAll)
                .onCommand(TurnDue.class, (state, due) -> onTurnDue(state))
                .onCommand(Execute.class, this::onExecute)
                .onCommand(ReadState.class, this::onReadState)
                .onCommand(CatchUp.class, (state, due) -> onCatchUp(state))
                .onCommand(CaughtUp.class, this::onCaughtUp)
                .onCommand(Follow.class, this::onFollow)
                .onCommand(Unfollow.class, this::onUnfollow)
                .onCommand(Trim.class, this::onTrim)
                .onCommand(RetentionDue.class, (state, due) -> onRetentionDue(state))
                .onCommand(TooOldUpTo.class, this::onTooOldUpTo)
                .onCommand(Deleted.class, this::onDeleted)
                .onCommand(RetentionFailed.class, this::onRetentionFailed)
                .onCommand(Stop.class, (state, stop) -> Effect().stop().thenNoReply())
                .build();
    }

    @Override
    public EventHandler<ChannelState, ChannelRecord> eventHandler() {
        return (state, record) -> state.apply(record);
    }

    private ReplyEffect<ChannelRecord, ChannelState> onPublishAll(ChannelState state, PublishAll command) {
        WriteId write = command.write();
        KnownWrite last = state.lastWriteOf(write);
        LatestLine waiting = line;
        boolean isNew = last == null || write.sequence() > last.write().sequence();
        if (waiting != null && mayWait(state, command) && (isNew || waiting.knows(write))) {
            return turn(waiting.take(state, command, clock.millis()));
        }
        if (last != null && write.sequence() < last.write().sequence()) {
            return Effect().noReply(); // late: its relay has given it up and has written since
        }
        if (last != null && write.sequence() == last.write().sequence()) {
            Answer again = answers.of(write);
            return Effect()
                    .reply(
                            command.replyTo(),
                            again != null ? again : new Answer(write, repeated(state, command, last)));
        }
        Decided decided = state.decide(command.requests(), clock.millis(), allowance);
        allowance = decided.allowance();
        Answer answer = new Answer(write, decided.outcomes());
        if (decided.events().isEmpty()) {
            return Effect().reply(command.replyTo(), answer);
        }
        return Effect()
                .persist(new Published(decided.events(), write))
                .thenRun(after -> {
                    answers.remember(answer);
                    announce(decided.events());
                })
                .thenReply(command.replyTo(), after -> answer);
    }

    /** What depends on where the channel stands is decided at once. */
    private static boolean mayWait(ChannelState state, PublishAll command) {
        return !state.isComplete()
                && command.requests().stream()
                        .allMatch(request -> request.expectedOffset() == null
                                && request.drafts().stream()
                                        .noneMatch(draft -> draft.type().isEnd()));
    }

    private ReplyEffect<ChannelRecord, ChannelState> onTurnDue(ChannelState state) {
        turnIsDue = false;
        if (state.isComplete()) {
            line = LatestLine.of(
                    family); // nothing can be appended after the end; who waited is told that it is unconfirmed
        }
        LatestLine waiting = line;
        return waiting == null ? Effect().noReply() : turn(waiting.letGo(state, clock.millis()));
    }

    private ReplyEffect<ChannelRecord, ChannelState> turn(LatestLine.Turn turn) {
        if (turn.events().isEmpty()) {
            turned(turn);
            return Effect().noReply();
        }
        return Effect()
                .persist(new Published(turn.events(), turn.write()))
                .thenRun(after -> {
                    announce(turn.events());
                    turned(turn);
                })
                .thenNoReply();
    }

    private void turned(LatestLine.Turn turn) {
        turn.replies().forEach(reply -> reply.to().tell(reply.answer()));
        if (!turn.next().isZero() && !turnIsDue) {
            turnIsDue = true;
            context.scheduleOnce(turn.next(), context.getSelf(), new TurnDue());
        }
    }

    /** Under a rate the journal doesn't tell which requests of a write were let through, so it isn't guessed. */
    private List<Outcome> repeated(ChannelState state, PublishAll command, KnownWrite last) {
        return family.publishing().rate().isLimited()
                ? Collections.nCopies(command.requests().size(), new Unconfirmed())
                : state.repeat(command.requests(), last.firstOffset());
    }

    private ReplyEffect<ChannelRecord, ChannelState> onExecute(ChannelState state, Execute command) {
        WriteId write = command.write();
        KnownWrite last = state.lastWriteOf(write);
        if (isBehind(state) || (last != null && write.sequence() < last.write().sequence())) {
            return Effect().noReply(); // not ready yet, and asked again; or late
        }
        if (last != null && write.sequence() == last.write().sequence()) {
            Outcome again = Execution.again(state, command, last.firstOffset());
            return again == null
                    ? Effect().noReply()
                    : Effect().reply(command.replyTo(), new Answer(write, List.of(again)));
        }
        Execution execution = Execution.of(state, command, clock.millis());
        Answer answer = new Answer(write, List.of(execution.outcome()));
        ChannelRecord.Executed record = execution.record();
        if (record == null) {
            return Effect().reply(command.replyTo(), answer);
        }
        return Effect()
                .persist(record)
                .thenRun(after -> announce(record.events()))
                .thenReply(command.replyTo(), after -> answer);
    }

    private ReplyEffect<ChannelRecord, ChannelState> onReadState(ChannelState state, ReadState command) {
        return isBehind(state)
                ? Effect().noReply()
                : Effect().reply(command.replyTo(), EntityStates.read(state, command.question()));
    }

    private static boolean isBehind(ChannelState state) {
        Entity entity = state.entity();
        return entity != null && entity.broken() == null && entity.offset() < state.head();
    }

    /** Has the events read that the behaviour's state doesn't know yet; commands and questions are asked again meanwhile. */
    private ReplyEffect<ChannelRecord, ChannelState> onCatchUp(ChannelState state) {
        Entity entity = state.entity();
        if (entity != null && isBehind(state)) {
            context.pipeToSelf(
                    journal.read(channel, entity.offset(), state.head(), EntityStates.PAGE_BYTES), CaughtUp::new);
        }
        return Effect().noReply();
    }

    private ReplyEffect<ChannelRecord, ChannelState> onCaughtUp(ChannelState state, CaughtUp read) {
        Entity entity = state.entity();
        if (entity != null && read.page() != null && EntityStates.catchUp(entity, read.page())) {
            context.getSelf().tell(new CatchUp());
        } else if (entity != null && isBehind(state)) {
            context.getLog().warn("Channel {}: its state could not be brought up: {}", channel, read.failure());
            context.scheduleOnce(Duration.ofSeconds(1), context.getSelf(), new CatchUp());
        }
        return Effect().noReply();
    }

    private void announce(List<Event> events) {
        boolean small = size(events) <= settings.announceRemoteBytes();
        Announcement here = new Announced(events);
        Event last = events.get(events.size() - 1);
        Announcement elsewhere = small ? here : new Head(last.offset(), last.isEnd());
        meters.announced(events.size(), followers.tell(here, elsewhere));
    }

    private static long size(List<Event> events) {
        long bytes = 0;
        for (Event event : events) {
            bytes += event.data().size() + 64;
        }
        return bytes;
    }

    private ReplyEffect<ChannelRecord, ChannelState> onFollow(ChannelState state, Follow command) {
        followers.add(command.follower());
        return Effect().reply(command.follower(), new Head(state.head(), state.isComplete()));
    }

    private ReplyEffect<ChannelRecord, ChannelState> onUnfollow(ChannelState state, Unfollow command) {
        followers.remove(command.follower());
        return Effect().noReply();
    }

    private ReplyEffect<ChannelRecord, ChannelState> onTrim(ChannelState state, Trim command) {
        trimming.becomeDue();
        return onRetentionDue(state);
    }

    private ReplyEffect<ChannelRecord, ChannelState> onRetentionDue(ChannelState state) {
        if (trimming.ageIsDue(clock.instant())) {
            context.pipeToSelf(
                    journal.offsetBefore(channel, trimming.oldestKept(clock.instant())),
                    (offset, failure) -> failure == null
                            ? new TooOldUpTo(offset)
                            : new RetentionFailed("finding events that are too old", failure));
        }
        return trimTo(state, trimming.overCount(state));
    }

    private ReplyEffect<ChannelRecord, ChannelState> onTooOldUpTo(ChannelState state, TooOldUpTo found) {
        return trimTo(state, Math.min(found.offset(), state.head()));
    }

    private ReplyEffect<ChannelRecord, ChannelState> trimTo(ChannelState state, long upTo) {
        boolean goesOn = upTo > state.trimmedTo() || (state.trimmedTo() > 0 && !trimming.hasDeleted());
        if (!goesOn || trimming.isDeleting()) {
            return Effect().noReply();
        }
        trimming.started();
        return Effect()
                .persist(new ChannelRecord.Trimmed(Math.max(upTo, state.trimmedTo()), state.head(), state.isComplete()))
                .thenNoReply();
    }

    /** Rows are deleted only once a snapshot stands after them, so that recovery never reads where rows are missing. */
    private void onSnapshotCompleted(ChannelState state, SnapshotCompleted completed) {
        if (trimming.isDeleting()) {
            trimming.snapshotStandsAt(completed.getSnapshotMetadata().sequenceNr());
            deleteStep(state);
        }
    }

    private void deleteStep(ChannelState state) {
        context.pipeToSelf(
                journal.delete(
                        channel,
                        state.trimmedTo(),
                        trimming.snapshotSequenceNr(),
                        settings.work().deleteRows()),
                (rows, failure) -> failure == null ? new Deleted(rows) : new RetentionFailed("deleting", failure));
    }

    private ReplyEffect<ChannelRecord, ChannelState> onDeleted(ChannelState state, Deleted deleted) {
        if (deleted.rows() >= settings.work().deleteRows()) {
            deleteStep(state);
        } else {
            trimming.ended();
        }
        return Effect().noReply();
    }

    private ReplyEffect<ChannelRecord, ChannelState> onRetentionFailed(ChannelState state, RetentionFailed failed) {
        context.getLog()
                .warn(
                        "Retention of channel {} failed at {}; it is tried again: {}",
                        channel,
                        failed.what(),
                        failed.cause().toString());
        trimming.failed();
        return Effect().noReply();
    }

    @Override
    public SignalHandler<ChannelState> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.class, (state, signal) -> {
                    trimming.failed();
                    line = LatestLine.of(family);
                    turnIsDue = false;
                    context.getSelf().tell(new CatchUp());
                    context.getLog().debug("Channel {} recovered at offset {}", channel, state.head());
                })
                .onSignal(SnapshotCompleted.class, this::onSnapshotCompleted)
                .onSignal(SnapshotFailed.class, (state, signal) -> trimming.failed())
                .build();
    }

    @Override
    public SnapshotAdapter<ChannelState> snapshotAdapter() {
        return new SnapshotAdapter<>() {
            @Override
            public Object toJournal(ChannelState state) {
                return state.snapshot();
            }

            @Override
            public ChannelState fromJournal(Object stored) {
                return ChannelState.restore(settings.dedupe(), behaviour, (ChannelSnapshot) stored);
            }
        };
    }

    @Override
    public boolean shouldSnapshot(ChannelState state, ChannelRecord record, long sequenceNr) {
        return record instanceof ChannelRecord.Trimmed;
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(settings.snapshotEvery(), 2);
    }
}
