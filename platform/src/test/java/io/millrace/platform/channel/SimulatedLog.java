package io.millrace.platform.channel;

import static io.millrace.platform.fakes.Sample.CHANNEL;

import io.millrace.persistence.ChannelRecord;
import io.millrace.persistence.ChannelRecord.Published;
import io.millrace.persistence.ChannelRecord.Trimmed;
import io.millrace.persistence.ChannelSnapshot;
import io.millrace.platform.channel.KeyMemory.DedupeSettings;
import io.millrace.platform.fakes.MemoryJournal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One channel's records as the database keeps them: the next sequence number is given once, whoever asks. */
public final class SimulatedLog {
    static final DedupeSettings DEDUPE = new DedupeSettings(Duration.ofDays(1), 1000, 100_000);

    private final MemoryJournal journal;
    private final boolean letsEverybody;
    private final List<ChannelRecord> since = new ArrayList<>();
    private ChannelSnapshot snapshot = new ChannelSnapshot(0, 0, 0, List.of(), List.of());
    private long sequence;
    private long head;

    /** @param letsEverybody whether the fence is missing */
    public SimulatedLog(MemoryJournal journal, boolean letsEverybody) {
        this.journal = journal;
        this.letsEverybody = letsEverybody;
    }

    /** Stores the record as number {@code expected + 1}, or refuses a writer that is behind. */
    boolean append(long expected, ChannelRecord record) {
        if (expected != sequence && !letsEverybody) {
            return false;
        }
        sequence++;
        since.add(record);
        if (record instanceof Published published) {
            journal.append(CHANNEL, published.events());
            head = published.events().get(published.events().size() - 1).offset();
        } else if (record instanceof Trimmed trimmed) {
            journal.trim(CHANNEL, trimmed.upTo());
        }
        return true;
    }

    /** What recovery comes to, with or without the newest snapshot. */
    ChannelState recover() {
        ChannelState state = ChannelState.restore(DEDUPE, null, snapshot);
        for (ChannelRecord record : since) {
            state = state.apply(record);
        }
        return state;
    }

    /** Of that state, which must be the newest. */
    void keep(long at, ChannelState state) {
        if (at == sequence) {
            snapshot = state.snapshot();
            since.clear();
        }
    }

    long sequence() {
        return sequence;
    }

    /** The newest offset that was ever stored. */
    public long head() {
        return head;
    }
}
