package io.millrace.platform.channel;

import io.millrace.persistence.ChannelRecord;
import io.millrace.persistence.ChannelRecord.Published;
import io.millrace.persistence.ChannelRecord.Trimmed;
import io.millrace.persistence.ChannelSnapshot.KnownWrite;
import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Announcement.Announced;
import io.millrace.platform.channel.Announcement.Head;
import io.millrace.platform.channel.Channel.Follow;
import io.millrace.platform.channel.Channel.PublishAll;
import io.millrace.platform.channel.Channel.Unfollow;
import io.millrace.platform.channel.ChannelState.Decided;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * One incarnation of a channel without its event-sourced shell: the real state and memory of answers, and in a few lines what
 * {@link Channel} does with a command. There may be several on one log; the log lets only one of them commit.
 */
public final class SimulatedChannel {
    private static final long LEASE_MILLIS = 15_000;

    private final SimulatedLog log;
    private final Network network;
    private final LastAnswers answers = new LastAnswers();
    private final Map<ActorRef<Announcement>, Long> followers = new LinkedHashMap<>();
    private ChannelState state;
    private long sequence;

    public SimulatedChannel(SimulatedLog log, Network network) {
        this.log = log;
        this.network = network;
        recover();
    }

    /** By which everything goes that an incarnation says. */
    public interface Network {
        <T> void send(ActorRef<? super T> to, T message);
    }

    public enum Crash {
        NONE,
        BEFORE_COMMIT,
        AFTER_COMMIT
    }

    /** @param small whether what is announced fits a message; else only the head is */
    public void hears(Channel.Command command, long nowMillis, Crash crash, boolean small) {
        if (command instanceof PublishAll publish) {
            publish(publish, nowMillis, crash, small);
        } else if (command instanceof Follow follow) {
            followers.put(follow.follower(), nowMillis);
            network.send(follow.follower(), new Head(state.head()));
        } else if (command instanceof Unfollow unfollow) {
            followers.remove(unfollow.follower());
        }
    }

    private void publish(PublishAll command, long nowMillis, Crash crash, boolean small) {
        WriteId write = command.write();
        KnownWrite last = state.lastWriteOf(write);
        if (last != null && write.sequence() < last.write().sequence()) {
            return;
        }
        if (last != null && write.sequence() == last.write().sequence()) {
            Answer again = answers.of(write);
            network.send(
                    command.replyTo(),
                    again != null ? again : new Answer(write, state.repeat(command.requests(), last.firstOffset())));
            return;
        }
        Decided decided = state.decide(command.requests(), nowMillis);
        Answer answer = new Answer(write, decided.outcomes());
        if (decided.events().isEmpty()) {
            network.send(command.replyTo(), answer);
            return;
        }
        if (crash == Crash.BEFORE_COMMIT || !commit(new Published(decided.events(), write))) {
            recover();
            return;
        }
        if (crash == Crash.AFTER_COMMIT) {
            recover();
            return;
        }
        answers.remember(answer);
        Announcement announcement = small
                ? new Announced(decided.events())
                : new Head(decided.events().get(decided.events().size() - 1).offset());
        followers.values().removeIf(heard -> Math.abs(nowMillis - heard) > LEASE_MILLIS);
        followers.keySet().forEach(follower -> network.send(follower, announcement));
        network.send(command.replyTo(), answer);
    }

    private boolean commit(ChannelRecord record) {
        if (!log.append(sequence, record)) {
            return false;
        }
        sequence++;
        state = state.apply(record);
        return true;
    }

    public long head() {
        return state.head();
    }

    /** Gives up old events, as retention does: a record first, then a snapshot, then the rows go. */
    public void trim(long upTo) {
        if (!commit(new Trimmed(Math.min(upTo, state.head()), state.head()))) {
            recover();
            return;
        }
        log.keep(sequence, state);
    }

    /** Begins anew from what is stored. */
    public void recover() {
        state = log.recover();
        sequence = log.sequence();
    }
}
