package io.millrace.platform.fakes;

import io.millrace.persistence.FamilyLog;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.CommitPosition;
import io.millrace.protocol.Event;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A family's log in memory: transactions begin, write, and commit or not, in any order, as in the database. */
public final class MemoryFamilyLog implements FamilyLog {
    private final TreeSet<Long> underWay = new TreeSet<>();
    private final List<Row> rows = new ArrayList<>();
    private long transactions = 100;
    private long orderings;
    private CommitPosition oldest = CommitPosition.afterRow(1, Long.MAX_VALUE);

    private record Row(long transaction, long ordering, ChannelName channel, List<Event> events) {}

    /** One transaction; until it has ended nobody reads beyond where it began. */
    public final class Transaction {
        private final long number = ++transactions;
        private final List<Row> written = new ArrayList<>();

        private Transaction() {
            underWay.add(number);
        }

        public void write(ChannelName channel, List<Event> events) {
            written.add(new Row(number, ++orderings, channel, events));
        }

        public void commit() {
            rows.addAll(written);
            rollback();
        }

        public void rollback() {
            underWay.remove(number);
        }
    }

    public Transaction begin() {
        return new Transaction();
    }

    /** What retention does to the oldest rows that can be read. */
    public void giveUp(int count) {
        List<Row> readable = readable();
        for (Row row : readable.subList(0, Math.min(count, readable.size()))) {
            rows.remove(row);
            oldest = CommitPosition.afterRow(row.transaction(), row.ordering());
        }
    }

    /** Everything committed, in the order in which it must be heard. */
    public List<Entry> all() {
        return rows.stream().sorted(ORDER).flatMap(row -> entries(row).stream()).toList();
    }

    private static final Comparator<Row> ORDER =
            Comparator.comparingLong(Row::transaction).thenComparingLong(Row::ordering);

    private List<Row> readable() {
        long bound = underWay.isEmpty() ? transactions + 1 : underWay.first();
        return rows.stream()
                .filter(row -> row.transaction() < bound)
                .sorted(ORDER)
                .toList();
    }

    private static List<Entry> entries(Row row) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < row.events().size(); i++) {
            int taken = i + 1 == row.events().size() ? CommitPosition.WHOLE : i + 1;
            entries.add(new Entry(
                    new CommitPosition(row.transaction(), row.ordering(), taken),
                    row.channel(),
                    row.events().get(i)));
        }
        return entries;
    }

    @Override
    public CompletionStage<Boolean> keep(String family) {
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public CompletionStage<CommitPosition> end(String family) {
        long bound = underWay.isEmpty() ? transactions + 1 : underWay.first();
        return CompletableFuture.completedFuture(CommitPosition.afterRow(bound - 1, Long.MAX_VALUE));
    }

    @Override
    public CompletionStage<Page> read(String family, CommitPosition after, int maxBytes) {
        if (oldest.compareTo(after) > 0) {
            return CompletableFuture.completedFuture(new Page(List.of(), false, oldest, true));
        }
        List<Entry> entries = new ArrayList<>();
        boolean more = false;
        long bytes = 0;
        for (Row row : readable()) {
            List<Entry> here = entries(row).stream()
                    .filter(entry -> entry.position().compareTo(after) > 0)
                    .toList();
            bytes += 10L * here.size();
            if (!entries.isEmpty() && bytes > maxBytes) {
                more = true;
                break;
            }
            entries.addAll(here);
        }
        return CompletableFuture.completedFuture(new Page(entries, true, oldest, more));
    }
}
