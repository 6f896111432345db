package io.millrace.platform.relay;

import io.millrace.persistence.FamilyLog;
import io.millrace.protocol.CommitPosition;
import io.millrace.protocol.Epoch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * One node's reader of a whole family: reads what was committed once for everybody who listens here. The log is the truth
 * and is asked every second; a hint that something was committed only has it asked at once, and a few times more, since
 * what was just committed can't be read before all that began earlier has ended.
 *
 * <pre>
 *   Silent  -- first Join, the end is known --> Reading   the live list begins there
 *   Reading -- the last listener leaves ------> Silent    the list is forgotten
 * </pre>
 */
final class FamilyRelay {
    sealed interface Command {}

    record Join(Listener listener, CompletableFuture<FamilyFeed> joined) implements Command {}

    record Leave(Listener listener) implements Command {}

    /** Something may have been committed. */
    record Hinted() implements Command {}

    private record EndRead(@Nullable CommitPosition end, @Nullable Throwable failure) implements Command {}

    private record PageRead(FamilyLog.@Nullable Page page, @Nullable Throwable failure) implements Command {}

    private record Tick() implements Command {}

    private record LookAgain() implements Command {}

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration AGAIN = Duration.ofMillis(10);
    private static final int LOOKS_AFTER_A_HINT = 20;

    /** What it works with; the same for every family of a node. */
    record Surroundings(RelaySettings settings, FamilyLog log, Epoch epoch) {}

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final String family;
    private final Surroundings around;
    private final Set<Listener> listeners = new LinkedHashSet<>();
    private final List<Join> joining = new ArrayList<>();
    private @Nullable FamilyFeed feed;
    private boolean opening;
    private boolean reading;
    private int looksLeft;

    private FamilyRelay(
            ActorContext<Command> context, TimerScheduler<Command> timers, String family, Surroundings around) {
        this.context = context;
        this.timers = timers;
        this.family = family;
        this.around = around;
    }

    static Behavior<Command> create(String family, Surroundings around) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(new Tick(), TICK);
            FamilyRelay relay = new FamilyRelay(context, timers, family, around);
            return Behaviors.receive(Command.class)
                    .onMessage(Join.class, relay::onJoin)
                    .onMessage(Leave.class, relay::onLeave)
                    .onMessage(Hinted.class, hinted -> relay.onHinted())
                    .onMessage(EndRead.class, relay::onEndRead)
                    .onMessage(PageRead.class, relay::onPageRead)
                    .onMessage(LookAgain.class, again -> relay.look())
                    .onMessage(Tick.class, tick -> relay.onTick())
                    .onSignal(PostStop.class, stop -> relay.onPostStop())
                    .build();
        }));
    }

    private Behavior<Command> onJoin(Join join) {
        listeners.add(join.listener());
        FamilyFeed known = feed;
        if (known != null) {
            join.joined().complete(known);
        } else {
            joining.add(join);
            open();
        }
        return Behaviors.same();
    }

    private void open() {
        if (!opening) {
            opening = true;
            context.pipeToSelf(
                    around.log().keep(family).thenCompose(kept -> around.log().end(family)), EndRead::new);
        }
    }

    private Behavior<Command> onEndRead(EndRead read) {
        opening = false;
        CommitPosition end = read.end();
        if (end == null) {
            context.getLog().warn("Family {}: its end could not be read: {}", family, read.failure());
            return Behaviors.same(); // the tick opens again
        }
        RelaySettings.Live bounds = around.settings().live();
        FamilyFeed begun = new FamilyFeed(
                family,
                around.epoch(),
                around.log(),
                around.settings().pages().bytes(),
                new FamilyList(end, bounds.events(), bounds.bytes()),
                listener -> context.getSelf().tell(new Leave(listener)));
        feed = begun;
        joining.forEach(join -> join.joined().complete(begun));
        joining.clear();
        return Behaviors.same();
    }

    private Behavior<Command> onLeave(Leave leave) {
        listeners.remove(leave.listener());
        joining.removeIf(join -> join.listener() == leave.listener());
        if (listeners.isEmpty()) {
            feed = null; // who comes next begins with a new list, rather than read up to it what nobody asked for
        }
        return Behaviors.same();
    }

    private Behavior<Command> onHinted() {
        looksLeft = LOOKS_AFTER_A_HINT;
        return look();
    }

    private Behavior<Command> onTick() {
        if (!joining.isEmpty()) {
            open();
        }
        return look();
    }

    private Behavior<Command> look() {
        FamilyFeed known = feed;
        if (known != null && !reading) {
            reading = true;
            context.pipeToSelf(
                    around.log()
                            .read(
                                    family,
                                    known.live().head(),
                                    around.settings().pages().bytes()),
                    PageRead::new);
        }
        return Behaviors.same();
    }

    private Behavior<Command> onPageRead(PageRead read) {
        reading = false;
        FamilyLog.Page page = read.page();
        FamilyFeed known = feed;
        if (page == null || known == null) {
            if (read.failure() != null) {
                context.getLog().warn("Family {}: its log could not be read: {}", family, read.failure());
            }
            return Behaviors.same();
        }
        if (known.take(page)) {
            listeners.forEach(Listener::wake);
        }
        if (page.more()) {
            return look();
        }
        if (page.entries().isEmpty() && looksLeft > 0) {
            looksLeft--;
            timers.startSingleTimer(new LookAgain(), AGAIN);
        }
        return Behaviors.same();
    }

    private Behavior<Command> onPostStop() {
        listeners.forEach(Listener::lost);
        return Behaviors.same();
    }
}
