package io.millrace.platform.relay;

import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Answer;
import io.millrace.platform.channel.Channel;
import io.millrace.platform.channel.Channel.Request;
import io.millrace.platform.relay.Relay.Publish;
import io.millrace.protocol.CommandDraft;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * The publishes of one relay: one write is under way, what comes meanwhile waits and goes along with the next. Bounded in
 * events and bytes. A single publish waits for nobody. A command goes alone, in its turn: what it is decided on is then
 * committed. Holds no clock and sends nothing, so that its rules can be tested
 * alone.
 */
final class Gathering {
    private final RelaySettings.Gather bounds;
    private final UUID writer;
    private final Deque<Publish> waiting = new ArrayDeque<>();
    private int waitingEvents;
    private long waitingBytes;
    private long lastSequence;
    private @Nullable Write underWay;

    Gathering(RelaySettings.Gather bounds, UUID writer) {
        this.bounds = bounds;
        this.writer = writer;
    }

    /** Takes a publish in, or says no where as much is waiting as may; an empty line takes anything. */
    boolean offer(Publish publish) {
        boolean full =
                waitingEvents + publish.events() > bounds.events() || waitingBytes + publish.bytes() > bounds.bytes();
        if (full && !waiting.isEmpty()) {
            return false;
        }
        waiting.add(publish);
        waitingEvents += publish.events();
        waitingBytes += publish.bytes();
        return true;
    }

    /** The next write, where none is under way and something waits. */
    @Nullable
    Write begin(long nowNanos) {
        if (underWay != null || waiting.isEmpty()) {
            return null;
        }
        List<Publish> taken = new ArrayList<>();
        int events = 0;
        long bytes = 0;
        while (!waiting.isEmpty()) {
            Publish next = waiting.getFirst();
            events += next.events();
            bytes += next.bytes();
            boolean alone =
                    next.order() != null || (!taken.isEmpty() && taken.get(0).order() != null);
            if (!taken.isEmpty() && (alone || events > bounds.writeEvents() || bytes > bounds.writeBytes())) {
                break;
            }
            taken.add(remove());
        }
        lastSequence++;
        underWay = new Write(
                new WriteId(writer.getMostSignificantBits(), writer.getLeastSignificantBits(), lastSequence),
                taken,
                nowNanos);
        return underWay;
    }

    /** The write that this answers, which is then no longer under way; null for an answer that comes too late. */
    @Nullable
    Write end(Answer answer) {
        Write write = underWay;
        if (write == null || !write.id().equals(answer.write())) {
            return null;
        }
        underWay = null;
        return write;
    }

    @Nullable
    Write underWay() {
        return underWay;
    }

    /** Gives up the write under way, whose outcome then is unknown. */
    void giveUp() {
        underWay = null;
    }

    /** Takes out what has waited since before {@code deadlineNanos} without being sent. */
    List<Publish> expire(long deadlineNanos) {
        List<Publish> expired = new ArrayList<>();
        while (!waiting.isEmpty() && waiting.getFirst().atNanos() - deadlineNanos < 0) {
            expired.add(remove());
        }
        return expired;
    }

    /** Takes out all that waits. */
    List<Publish> takeAll() {
        List<Publish> all = new ArrayList<>(waiting);
        waiting.clear();
        waitingEvents = 0;
        waitingBytes = 0;
        return all;
    }

    boolean isIdle() {
        return underWay == null && waiting.isEmpty();
    }

    int waitingEvents() {
        return waitingEvents;
    }

    private Publish remove() {
        Publish publish = waiting.removeFirst();
        waitingEvents -= publish.events();
        waitingBytes -= publish.bytes();
        return publish;
    }

    /** What goes to the channel in one commit: publishes, or one command. */
    record Write(WriteId id, List<Publish> publishes, long begunNanos) {
        Channel.Command message(ActorRef<Answer> replyTo) {
            Publish first = publishes.get(0);
            CommandDraft order = first.order();
            return order == null
                    ? new Channel.PublishAll(id, requests(), replyTo)
                    : new Channel.Execute(id, first.publisher(), order, replyTo);
        }

        List<Request> requests() {
            return publishes.stream()
                    .map(publish -> new Request(publish.publisher(), publish.drafts(), publish.expectedOffset()))
                    .toList();
        }
    }
}
