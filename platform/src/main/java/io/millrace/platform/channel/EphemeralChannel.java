package io.millrace.platform.channel;

import io.millrace.persistence.ChannelRecord.Published;
import io.millrace.persistence.ChannelSnapshot;
import io.millrace.persistence.ChannelSnapshot.KnownWrite;
import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Announcement.Announced;
import io.millrace.platform.channel.Announcement.Head;
import io.millrace.platform.channel.Answer.Declined;
import io.millrace.platform.channel.Answer.Outcome;
import io.millrace.platform.channel.Channel.Command;
import io.millrace.platform.channel.Channel.Execute;
import io.millrace.platform.channel.Channel.Follow;
import io.millrace.platform.channel.Channel.PublishAll;
import io.millrace.platform.channel.Channel.ReadState;
import io.millrace.platform.channel.Channel.StateIs;
import io.millrace.platform.channel.Channel.Stop;
import io.millrace.platform.channel.Channel.Surroundings;
import io.millrace.platform.channel.Channel.Trim;
import io.millrace.platform.channel.Channel.Unfollow;
import io.millrace.platform.channel.ChannelState.Decided;
import io.millrace.platform.family.Family;
import io.millrace.protocol.Code;
import java.time.Clock;
import java.util.List;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * A channel of class ephemeral: the same one writer with the same rules, but nothing is journaled. What it numbered is
 * told to the followers and forgotten, but for the idempotency keys, which hold as long as this incarnation.
 *
 * <p>Offsets are dense while an incarnation lives. Each begins beyond those before it, at a place the clock gives: 1024
 * offsets for every millisecond since 1970, which is more than a channel can use up. Where a clock was behind, a follower
 * that has seen more tells so, and the numbers go on from there.
 */
final class EphemeralChannel {
    private static final int OFFSETS_A_MILLISECOND = 1024;

    private final ChannelSettings settings;
    private final Clock clock;
    private final ChannelMeters meters;
    private final Followers followers;
    private final LastAnswers answers = new LastAnswers();
    private ChannelState state;
    private Allowance allowance;

    private EphemeralChannel(Family family, Surroundings around) {
        this.settings = around.settings();
        this.clock = around.clock();
        this.meters = around.meters();
        this.followers = new Followers(settings.followLease());
        this.allowance = Allowance.of(family.publishing().rate());
        this.state = beginningAt(clock.millis() * OFFSETS_A_MILLISECOND);
    }

    static Behavior<Command> create(Family family, Surroundings around) {
        return Behaviors.setup(context -> {
            EphemeralChannel channel = new EphemeralChannel(family, around);
            return Behaviors.receive(Command.class)
                    .onMessage(PublishAll.class, channel::onPublishAll)
                    .onMessage(Follow.class, channel::onFollow)
                    .onMessage(Unfollow.class, channel::onUnfollow)
                    .onMessage(Execute.class, channel::onExecute)
                    .onMessage(ReadState.class, channel::onReadState)
                    .onMessage(Trim.class, trim -> Behaviors.same()) // rows of a time when the family was journaled
                    .onMessage(Stop.class, stop -> Behaviors.stopped())
                    .build();
        });
    }

    private ChannelState beginningAt(long head) {
        return ChannelState.restore(settings.dedupe(), null, new ChannelSnapshot(head, head, 0, List.of(), List.of()));
    }

    private Behavior<Command> onPublishAll(PublishAll command) {
        WriteId write = command.write();
        KnownWrite last = state.lastWriteOf(write);
        if (last != null && write.sequence() < last.write().sequence()) {
            return Behaviors.same(); // late: its relay has given it up and has written since
        }
        Answer again = answers.of(write);
        if (again != null) {
            command.replyTo().tell(again);
            return Behaviors.same();
        }
        Decided decided = state.decide(command.requests(), clock.millis(), allowance);
        allowance = decided.allowance();
        Answer answer = new Answer(write, decided.outcomes());
        if (!decided.events().isEmpty()) {
            state = state.apply(new Published(decided.events(), write));
            answers.remember(answer);
            Announced announced = new Announced(decided.events()); // whole: nobody could read it anywhere later
            meters.announced(decided.events().size(), followers.tell(announced, announced));
        }
        command.replyTo().tell(answer);
        return Behaviors.same();
    }

    private Behavior<Command> onFollow(Follow command) {
        if (command.seen() > state.head()) {
            state = beginningAt(command.seen());
        }
        followers.add(command.follower());
        command.follower().tell(new Head(state.head()));
        return Behaviors.same();
    }

    private Behavior<Command> onUnfollow(Unfollow command) {
        followers.remove(command.follower());
        return Behaviors.same();
    }

    private Behavior<Command> onExecute(Execute command) {
        Outcome declined = new Declined(Code.UNKNOWN_COMMAND, "a channel of class ephemeral does no commands");
        command.replyTo().tell(new Answer(command.write(), List.of(declined)));
        return Behaviors.same();
    }

    private Behavior<Command> onReadState(ReadState command) {
        Declined declined = new Declined(Code.NO_STATE, "a channel of class ephemeral has none");
        command.replyTo().tell(new StateIs(command.question(), state.head(), null, declined));
        return Behaviors.same();
    }
}
