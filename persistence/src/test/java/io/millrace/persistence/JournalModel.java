package io.millrace.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.persistence.ChannelRecord.Trimmed;
import io.millrace.persistence.Journal.Bounds;
import io.millrace.persistence.Journal.Page;
import io.millrace.protocol.ChannelName;
import java.util.Map.Entry;
import java.util.Random;
import java.util.TreeMap;

/** A channel's rows in a map: plays random writes, trims, deletions and reads on it and on the journal, and compares. */
final class JournalModel {
    private final Random random;
    private final ChannelName channel;
    /** By sequence number, the first and last offset of a row; the last is below the first where it holds no event. */
    private final TreeMap<Long, long[]> rows = new TreeMap<>();

    private long head;
    private long number;

    JournalModel(Random random, ChannelName channel) {
        this.random = random;
        this.channel = channel;
    }

    void play(Writer writer, Journal journal, String seed) {
        for (int step = 0; step < 150; step++) {
            switch (random.nextInt(6)) {
                case 0, 1 -> publish(writer);
                case 2 -> trim(writer);
                case 3 -> delete(journal, seed + " step " + step);
                default -> read(journal, seed + " step " + step);
            }
        }
    }

    private void publish(Writer writer) {
        int count = 1 + random.nextInt(30);
        writer.write(channel, ++number, Samples.published(head + 1, head + count));
        rows.put(number, new long[] {head + 1, head + count});
        head += count;
    }

    private void trim(Writer writer) {
        writer.write(channel, ++number, new Trimmed(random.nextLong(head + 1), head));
        rows.put(number, new long[] {head + 1, head});
    }

    private void delete(Journal journal, String at) {
        long upTo = random.nextLong(head + 1);
        long maxNumber = random.nextLong(number + 1);
        int most = random.nextInt(5);
        int expected = 0;
        while (expected < most && rows.size() > 1) {
            Entry<Long, long[]> oldest = rows.firstEntry();
            if (oldest.getKey() > maxNumber || oldest.getValue()[1] > upTo) {
                break;
            }
            rows.remove(oldest.getKey());
            expected++;
        }
        assertThat(JournalContract.now(journal.delete(channel, upTo, maxNumber, most)))
                .as(at)
                .isEqualTo(expected);
    }

    private void read(Journal journal, String at) {
        long from = rows.values().stream()
                .filter(row -> row[1] >= row[0])
                .mapToLong(row -> row[0])
                .min()
                .orElse(head + 1);
        long after = random.nextLong(head + 3);
        long upTo = after + random.nextInt(200);
        Page page = JournalContract.now(journal.read(channel, after, upTo, 1 << 20));
        assertThat(page.bounds()).as(at).isEqualTo(new Bounds(head, from));
        assertThat(page.events())
                .as(at)
                .isEqualTo(Samples.events(after + 1, after + 1 < from ? 0 : Math.min(upTo, head)));
    }

    interface Writer {
        void write(ChannelName channel, long sequenceNr, ChannelRecord record);
    }
}
