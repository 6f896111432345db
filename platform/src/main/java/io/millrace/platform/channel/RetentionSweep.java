package io.millrace.platform.channel;

import io.millrace.persistence.Journal;
import io.millrace.persistence.Journal.KeptSince;
import io.millrace.platform.family.Families;
import io.millrace.protocol.ChannelName;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Finds channels that are asleep and hold events that are too old, and has them wake up to give those up. One runs in the
 * whole cluster. It walks through the channels by name, a page at a time, and rests between two walks.
 */
public final class RetentionSweep {
    private static final int PAGE = 500;

    /** What the sweep is told; all of it comes from itself. */
    public sealed interface Command {}

    private record Walk(String after) implements Command {}

    private record Found(List<KeptSince> channels) implements Command {}

    private record Failed(Throwable cause) implements Command {}

    private final ActorContext<Command> context;
    private final ChannelSettings settings;
    private final Families families;
    private final Journal journal;
    private final Clock clock;
    private final BiConsumer<ChannelName, Channel.Command> channels;

    private RetentionSweep(
            ActorContext<Command> context,
            ChannelSettings settings,
            Families families,
            Journal journal,
            Clock clock,
            BiConsumer<ChannelName, Channel.Command> channels) {
        this.context = context;
        this.settings = settings;
        this.families = families;
        this.journal = journal;
        this.clock = clock;
        this.channels = channels;
    }

    public static Behavior<Command> create(
            ChannelSettings settings,
            Families families,
            Journal journal,
            Clock clock,
            BiConsumer<ChannelName, Channel.Command> channels) {
        return Behaviors.setup(context -> {
            RetentionSweep sweep = new RetentionSweep(context, settings, families, journal, clock, channels);
            sweep.rest();
            return Behaviors.receive(Command.class)
                    .onMessage(Walk.class, sweep::onWalk)
                    .onMessage(Found.class, sweep::onFound)
                    .onMessage(Failed.class, sweep::onFailed)
                    .build();
        });
    }

    private void rest() {
        context.scheduleOnce(settings.work().sweepInterval(), context.getSelf(), new Walk(""));
    }

    private Behavior<Command> onWalk(Walk walk) {
        context.pipeToSelf(
                journal.channels(walk.after(), PAGE),
                (found, failure) -> failure == null ? new Found(found) : new Failed(failure));
        return Behaviors.same();
    }

    private Behavior<Command> onFound(Found found) {
        Instant now = clock.instant();
        for (KeptSince kept : found.channels()) {
            if (kept.oldest()
                    .isBefore(now.minus(families.of(kept.channel()).retention().maxAge()))) {
                channels.accept(kept.channel(), new Channel.Trim("its oldest event is too old"));
            }
        }
        if (found.channels().size() < PAGE) {
            rest();
        } else {
            String last = found.channels().get(PAGE - 1).channel().value();
            context.getSelf().tell(new Walk(last));
        }
        return Behaviors.same();
    }

    private Behavior<Command> onFailed(Failed failed) {
        context.getLog()
                .warn(
                        "The retention sweep stopped early and goes on later: {}",
                        failed.cause().toString());
        rest();
        return Behaviors.same();
    }
}
