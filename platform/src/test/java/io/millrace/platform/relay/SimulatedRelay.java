package io.millrace.platform.relay;

import static io.millrace.platform.fakes.Sample.CHANNEL;

import io.millrace.persistence.Journal.Page;
import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Answer;
import io.millrace.platform.channel.Channel.Request;
import io.millrace.platform.fakes.MemoryJournal;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Event;
import io.millrace.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The relay's rules without its actor: the real gathering, list and pages, and in a few lines what {@link Relay} does with
 * an announcement and an answer. One step is one message.
 */
public final class SimulatedRelay {
    private final MemoryJournal journal;
    private final LiveChannel live;
    private final Gathering gathering;
    private long steps;
    private long heardOf;
    private boolean repairing;

    public SimulatedRelay(MemoryJournal journal, int liveEvents, long writer, ActorRef<?> self) {
        this.journal = journal;
        long head = journal.bounds(CHANNEL).toCompletableFuture().join().head();
        this.live = new LiveChannel(journal, head, liveEvents, 7, self);
        this.gathering = new Gathering(new RelaySettings.Gather(20, 1 << 20, 5, 1 << 17), new UUID(writer, 17));
    }

    public Feed feed() {
        return live.feed();
    }

    /** A write as it goes over the network. */
    public record Sent(WriteId id, List<Request> requests) {}

    /** @return whether it was taken */
    public boolean publish(String publisher, List<Draft> drafts) {
        return gathering.offer(new Relay.Publish(publisher, drafts, 100, steps++, new CompletableFuture<>()));
    }

    /** The next write, or the one under way again, or null. */
    public Sent send() {
        Gathering.Write write = gathering.begin(steps++);
        Gathering.Write out = write != null ? write : gathering.underWay();
        return out == null ? null : new Sent(out.id(), out.requests());
    }

    /** What its publishers are told, by their first draft's key and outcome; empty for an answer that comes too late. */
    public List<Told> hears(Answer answer) {
        Gathering.Write write = gathering.end(answer);
        List<Told> told = new ArrayList<>();
        for (int i = 0; write != null && i < write.publishes().size(); i++) {
            told.add(new Told(
                    write.publishes().get(i).drafts(), answer.outcomes().get(i)));
        }
        return told;
    }

    /** How one publish ended for its publisher. */
    public record Told(List<Draft> drafts, Answer.Outcome outcome) {}

    public void givesUp() {
        gathering.giveUp();
    }

    public boolean isIdle() {
        return gathering.isIdle();
    }

    public void hearsEvents(List<Event> events) {
        heardOf = Math.max(heardOf, events.get(events.size() - 1).offset());
        if (events.get(0).offset() > feed().live().head() + 1) {
            repairing = true;
        } else if (!repairing) {
            live.hears(events);
        }
    }

    public void hearsHead(long head) {
        heardOf = Math.max(heardOf, head);
        repairing |= head > feed().live().head();
    }

    /** The journal's answer to a repair comes; until then announcements are only heard of. */
    public void repairs() {
        if (!repairing) {
            return;
        }
        repairing = false;
        Page page = journal.read(CHANNEL, feed().live().head(), Position.MAX_OFFSET, 300)
                .toCompletableFuture()
                .join();
        long before = feed().live().head();
        live.hears(page.events());
        boolean grew = feed().live().head() > before;
        if (!grew && page.bounds().availableFrom() > before + 1) {
            live.restartAt(page.bounds().head());
        }
        repairing =
                grew && feed().live().head() < Math.max(heardOf, page.bounds().head());
    }
}
