package io.millrace.platform.channel;

import static io.millrace.platform.fakes.Sample.CHANNEL;

import io.millrace.persistence.ChannelRecord;
import io.millrace.persistence.ChannelRecord.Published;
import io.millrace.persistence.ChannelRecord.Trimmed;
import io.millrace.persistence.ChannelSnapshot;
import io.millrace.persistence.ChannelSnapshot.KnownWrite;
import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Channel.Request;
import io.millrace.platform.channel.ChannelState.Decided;
import io.millrace.platform.channel.KeyMemory.DedupeSettings;
import io.millrace.platform.fakes.MemoryJournal;
import io.millrace.protocol.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The channel's rules without its actor: the real state, and a log of records that survives a crash. */
public final class SimulatedChannel {
    private static final DedupeSettings DEDUPE = new DedupeSettings(Duration.ofDays(1), 1000, 100_000);

    private final MemoryJournal journal;
    private final List<ChannelRecord> since = new ArrayList<>();
    private ChannelSnapshot snapshot = new ChannelSnapshot(0, 0, 0, List.of(), List.of());
    private ChannelState state = ChannelState.empty(DEDUPE, null);

    public SimulatedChannel(MemoryJournal journal) {
        this.journal = journal;
    }

    /**
     * What came of a write.
     *
     * @param answer null where none is sent
     * @param announced empty where nothing was appended
     */
    public record Outcome(Answer answer, List<Event> announced) {}

    /** @param crashes before: nothing is stored; after: it is stored, and nobody is told */
    public Outcome publish(WriteId write, List<Request> requests, long nowMillis, Crash crashes) {
        KnownWrite last = state.lastWriteOf(write);
        if (last != null && write.sequence() < last.write().sequence()) {
            return new Outcome(null, List.of());
        }
        if (last != null && write.sequence() == last.write().sequence()) {
            return new Outcome(new Answer(write, state.repeat(requests, last.firstOffset())), List.of());
        }
        Decided decided = state.decide(requests, nowMillis);
        if (crashes == Crash.BEFORE_COMMIT) {
            recover();
            return new Outcome(null, List.of());
        }
        if (!decided.events().isEmpty()) {
            Published record = new Published(decided.events(), write);
            journal.append(CHANNEL, decided.events());
            since.add(record);
            state = state.apply(record);
        }
        if (crashes == Crash.AFTER_COMMIT) {
            recover();
            return new Outcome(null, List.of());
        }
        return new Outcome(new Answer(write, decided.outcomes()), decided.events());
    }

    public enum Crash {
        NONE,
        BEFORE_COMMIT,
        AFTER_COMMIT
    }

    public long head() {
        return state.head();
    }

    public void trim(long upTo) {
        Trimmed record = new Trimmed(Math.min(upTo, state.head()), state.head());
        since.add(record);
        state = state.apply(record);
        journal.trim(CHANNEL, record.upTo());
        snapshot = state.snapshot();
        since.clear();
    }

    /** Begins anew with the snapshot and what was stored after it, as another node would. */
    public void recover() {
        state = ChannelState.restore(DEDUPE, null, snapshot);
        since.forEach(record -> state = state.apply(record));
    }
}
