package io.millrace.platform.relay;

import io.millrace.persistence.Journal;
import io.millrace.persistence.Journal.Bounds;
import io.millrace.persistence.Journal.Page;
import io.millrace.platform.channel.Announcement;
import io.millrace.platform.channel.Announcement.Announced;
import io.millrace.platform.channel.Announcement.Head;
import io.millrace.platform.channel.Answer;
import io.millrace.platform.channel.Channel;
import io.millrace.platform.family.Families;
import io.millrace.platform.family.Family;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.CommandDraft;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Event;
import io.millrace.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * A channel's agent on one node. Publishes of this node go to the channel gathered, one write at a time; announcements
 * come from it and are encoded once for everybody who listens here.
 *
 * <p>As a follower it is in one of four stages:
 *
 * <pre>
 *   Unheard   -- first Join -----------------------> Opening     asks the journal and the channel for the head
 *   Opening   -- head known, from whichever -------> Following   the live list begins there
 *   Following -- an offset is missing -------------> Repairing   reads the journal from the list's head on
 *   Repairing -- read up to what was heard of -----> Following
 *   any       -- nobody listens, nothing waits ----> ended
 * </pre>
 *
 * Announcements are hints: one that leaves a gap, and a head beyond the list's, only start a repair. So neither a lost
 * message nor a channel that moves to another node can cost a listener an event.
 */
final class Relay {

    /** What a relay is asked; the messages carry futures, since they never leave the node. */
    sealed interface Command {}

    /**
     * Something for the channel to take: events, or a command.
     *
     * @param expectedOffset the head after which alone the events may be appended; null where any will do
     * @param order the command, where it is one; then there are no drafts
     */
    record Publish(
            String publisher,
            List<Draft> drafts,
            int bytes,
            long atNanos,
            CompletableFuture<Published> outcome,
            @Nullable Long expectedOffset,
            @Nullable CommandDraft order)
            implements Command {
        Publish(String publisher, List<Draft> drafts, int bytes, long atNanos, CompletableFuture<Published> outcome) {
            this(publisher, drafts, bytes, atNanos, outcome, null, null);
        }

        /** How much of what may wait it takes: a command counts as an event. */
        int events() {
            return Math.max(1, drafts.size());
        }
    }

    /** Somebody wants the channel's state as it is now. */
    record AskState(CompletableFuture<StateRead> answer) implements Command {}

    private record StateHeard(Channel.StateIs state) implements Command {}

    record Join(Listener listener, CompletableFuture<Feed> joined) implements Command {}

    record Leave(Listener listener) implements Command {}

    /** The keeper no longer sends anything here: end as soon as nothing is left to do. */
    record Retire() implements Command {}

    private record Heard(Announcement announcement) implements Command {}

    private record Answered(Answer answer) implements Command {}

    private record BoundsRead(@Nullable Bounds bounds, @Nullable Throwable failure) implements Command {}

    private record GapRead(@Nullable Page page, @Nullable Throwable failure) implements Command {}

    private record Tick() implements Command {}

    private static final Duration TICK = Duration.ofMillis(500);

    /** What a relay works with; the same for every relay of a node but for the channel. */
    record Surroundings(
            RelaySettings settings,
            Families families,
            Journal journal,
            Epoch epoch,
            RelayMeters meters,
            ActorRef<RelayKeeper.Command> keeper,
            Consumer<ChannelName> committed) {}

    private final ActorContext<Command> context;
    private final LongSupplier nanos;
    private final ChannelName channelName;
    private final RecipientRef<Channel.Command> channel;
    private final Surroundings around;
    private final RelaySettings.Timing timing;
    private final RelayMeters meters;
    private final Cursor.Stamp stamp;
    private final Writes writes;
    private final Family family;
    private final States states;
    private final Set<Listener> listeners = new LinkedHashSet<>();
    private final List<Join> joining = new ArrayList<>();
    private final ActorRef<Announcement> ear;

    private @Nullable LiveList live;
    private @Nullable Feed feed;
    private boolean opening;
    private boolean repairing;
    private boolean retired;
    private long heardOf;
    private long renewedNanos;
    private long busyNanos;

    private Relay(
            ActorContext<Command> context,
            ChannelName channelName,
            RecipientRef<Channel.Command> channel,
            Surroundings around,
            LongSupplier nanos) {
        this.context = context;
        this.nanos = nanos;
        this.busyNanos = nanos.getAsLong();
        this.channelName = channelName;
        this.channel = channel;
        this.around = around;
        this.timing = around.settings().timing();
        this.meters = around.meters();
        this.stamp = Cursor.stamp(channelName, around.epoch());
        this.family = around.families().of(channelName);
        this.ear = context.messageAdapter(Announcement.class, Heard::new);
        ActorRef<Answer> writer = context.messageAdapter(Answer.class, Answered::new);
        this.writes = new Writes(channelName, stamp, around, nanos, write -> channel.tell(write.message(writer)));
        ActorRef<Channel.StateIs> reader = context.messageAdapter(Channel.StateIs.class, StateHeard::new);
        this.states = new States(timing, question -> channel.tell(new Channel.ReadState(question, reader)));
    }

    static Behavior<Command> create(
            ChannelName channelName, RecipientRef<Channel.Command> channel, Surroundings around) {
        return create(channelName, channel, around, System::nanoTime);
    }

    /** @param nanos the time, which only goes on */
    static Behavior<Command> create(
            ChannelName channelName, RecipientRef<Channel.Command> channel, Surroundings around, LongSupplier nanos) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(new Tick(), TICK);
            Relay relay = new Relay(context, channelName, channel, around, nanos);
            return Behaviors.receive(Command.class)
                    .onMessage(Publish.class, relay::onPublish)
                    .onMessage(Answered.class, relay::onAnswered)
                    .onMessage(AskState.class, relay::onAskState)
                    .onMessage(StateHeard.class, relay::onStateHeard)
                    .onMessage(Join.class, relay::onJoin)
                    .onMessage(Leave.class, relay::onLeave)
                    .onMessage(Heard.class, relay::onHeard)
                    .onMessage(BoundsRead.class, relay::onBoundsRead)
                    .onMessage(GapRead.class, relay::onGapRead)
                    .onMessage(Tick.class, tick -> relay.onTick())
                    .onMessage(Retire.class, retire -> relay.onRetire())
                    .onSignal(PostStop.class, stop -> relay.onPostStop())
                    .build();
        }));
    }

    private Behavior<Command> onPublish(Publish publish) {
        writes.take(publish);
        return Behaviors.same();
    }

    private Behavior<Command> onAnswered(Answered answered) {
        writes.answered(answered.answer());
        around.committed().accept(channelName);
        return Behaviors.same();
    }

    private Behavior<Command> onAskState(AskState ask) {
        states.ask(ask.answer());
        return Behaviors.same();
    }

    private Behavior<Command> onStateHeard(StateHeard heard) {
        states.answered(heard.state());
        return Behaviors.same();
    }

    // listeners

    private Behavior<Command> onJoin(Join join) {
        listeners.add(join.listener());
        Feed known = feed;
        if (known != null) {
            join.joined().complete(known);
        } else {
            joining.add(join);
            open();
        }
        return Behaviors.same();
    }

    private Behavior<Command> onLeave(Leave leave) {
        listeners.remove(leave.listener());
        joining.removeIf(join -> join.listener() == leave.listener());
        return Behaviors.same();
    }

    /** What isn't journaled has only the live list to be read from. */
    private Feed feed(LiveList list) {
        Journal journal = family.isJournaled() ? around.journal() : new Ring(list);
        Pages pages = new Pages(channelName, journal, around.settings().pages(), this::encode, meters);
        return new Feed(channelName, family, around.epoch(), list, pages, context.getSelf());
    }

    private void open() {
        if (!opening) {
            opening = true;
            follow();
            if (family.isJournaled()) {
                context.pipeToSelf(around.journal().bounds(channelName), BoundsRead::new);
            }
        }
    }

    private void follow() {
        renewedNanos = nanos.getAsLong();
        LiveList list = live;
        channel.tell(new Channel.Follow(ear, list == null ? 0 : list.head()));
    }

    private Behavior<Command> onBoundsRead(BoundsRead read) {
        Bounds bounds = read.bounds();
        if (bounds != null) {
            hearHead(bounds.head(), bounds.complete());
        } else {
            opening = live != null; // the tick opens again
            context.getLog()
                    .warn("Channel {}: its head could not be read: {}", channelName, String.valueOf(read.failure()));
        }
        return Behaviors.same();
    }

    // announcements

    private Behavior<Command> onHeard(Heard heard) {
        if (heard.announcement() instanceof Announced announced) {
            hearEvents(announced.events());
        } else if (heard.announcement() instanceof Head head) {
            hearHead(head.head(), head.complete());
        }
        return Behaviors.same();
    }

    private void hearHead(long head, boolean complete) {
        heardOf = Math.max(heardOf, head);
        LiveList list = live;
        if (list == null) {
            begin(head, complete);
        } else if (head > list.head()) {
            repair(list, head);
        }
    }

    private void begin(long head, boolean complete) {
        opening = true; // also where the journal's answer failed before the channel's came: the lease must be renewed
        RelaySettings.Live bounds = around.settings().live();
        LiveList list = new LiveList(head, complete, bounds.events(), bounds.bytes());
        live = list;
        around.meters().lists.add(list);
        Feed opened = feed(list);
        feed = opened;
        joining.forEach(join -> join.joined().complete(opened));
        joining.clear();
    }

    private void hearEvents(List<Event> events) {
        long last = events.get(events.size() - 1).offset();
        heardOf = Math.max(heardOf, last);
        LiveList list = live;
        if (list == null) {
            return; // the head that opens the list will include them
        }
        if (events.get(0).offset() > list.head() + 1) {
            repair(list, events.get(0).offset() - 1);
        }
        if (!repairing && append(list, events)) {
            Traffic.published(channelName, events, listeners.size());
            wakeAll();
        }
    }

    private boolean append(LiveList list, List<Event> events) {
        int appended = 0;
        for (Event event : events) {
            if (event.offset() == list.head() + 1) {
                list.append(encode(event));
                appended++;
            }
        }
        meters.announced.increment(appended);
        return appended > 0;
    }

    private EncodedEvent encode(Event event) {
        return new EncodedEvent(channelName, around.epoch(), stamp, event);
    }

    private void wakeAll() {
        meters.wakes.increment(listeners.size());
        for (Listener listener : listeners) {
            listener.wake();
        }
    }

    private void repair(LiveList list, long missedUpTo) {
        if (!family.isJournaled()) {
            skip(list, missedUpTo);
        } else if (!repairing) {
            repairing = true;
            meters.gaps.increment();
            readGap(list);
        }
    }

    /** What isn't journaled can't be had again: the list begins anew, and its readers are told that something is gone. */
    private void skip(LiveList list, long missedUpTo) {
        meters.skips.increment();
        list.restartAt(missedUpTo, false);
        wakeAll();
    }

    private void readGap(LiveList list) {
        meters.journalReads.increment();
        int bytes = around.settings().pages().bytes();
        context.pipeToSelf(around.journal().read(channelName, list.head(), Position.MAX_OFFSET, bytes), GapRead::new);
    }

    private Behavior<Command> onGapRead(GapRead read) {
        Page page = read.page();
        LiveList list = live;
        repairing = false; // where the read failed, the next lease's answer starts another
        if (page == null || list == null) {
            context.getLog()
                    .warn("Channel {}: a gap could not be read: {}", channelName, String.valueOf(read.failure()));
            return Behaviors.same();
        }
        boolean grew = append(list, page.events());
        if (grew) {
            wakeAll();
        } else if (page.bounds().availableFrom() > list.head() + 1) {
            // retention has overtaken the list: its readers fall off it and learn from the journal what is left
            list.restartAt(page.bounds().head(), page.bounds().complete());
            wakeAll();
        }
        if (list.head() < Math.max(heardOf, page.bounds().head()) && grew) {
            repairing = true;
            readGap(list);
        }
        return Behaviors.same();
    }

    // time

    private Behavior<Command> onTick() {
        long now = nanos.getAsLong();
        writes.lookAfter(now);
        states.lookAfter(now);
        if (feed != null) {
            feed.forgetWhatIsOld();
        }
        if (live == null && !joining.isEmpty()) {
            open();
        }
        if (opening && now - renewedNanos > timing.leaseRenewal().toNanos()) {
            follow();
        }
        if (!isIdle()) {
            busyNanos = now;
        } else if (retired) {
            return end();
        } else if (now - busyNanos > timing.idleAfter().toNanos()) {
            around.keeper().tell(new RelayKeeper.Idle(channelName, context.getSelf()));
        }
        return Behaviors.same();
    }

    private Behavior<Command> onRetire() {
        retired = true;
        return isIdle() ? end() : Behaviors.same();
    }

    private boolean isIdle() {
        return writes.isIdle() && states.isIdle() && listeners.isEmpty();
    }

    private Behavior<Command> end() {
        if (opening) {
            channel.tell(new Channel.Unfollow(ear));
        }
        return Behaviors.stopped();
    }

    /** Ended in peace, nobody listens or waits any more; ended by a failure, those who do must not wait for ever. */
    private Behavior<Command> onPostStop() {
        if (live != null) {
            around.meters().lists.remove(live);
        }
        listeners.forEach(Listener::lost);
        writes.abandon();
        states.abandon();
        return Behaviors.same();
    }
}
