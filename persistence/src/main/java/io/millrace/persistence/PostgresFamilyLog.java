package io.millrace.persistence;

import io.millrace.persistence.ChannelRecord.Appended;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.CommitPosition;
import io.millrace.protocol.Event;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * {@link FamilyLog} on the table that a trigger fills. Transactions get their numbers when they begin to write and commit
 * in any order; so a reader goes only as far as the oldest transaction that is still under way: below it, nothing can
 * appear any more.
 */
final class PostgresFamilyLog implements FamilyLog {
    private static final int MAX_ROWS = 2000;
    private static final int FETCH_ROWS = 50;

    /** All transactions before this have ended, seen from the statement's own snapshot. */
    private static final String ENDED = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

    private static final String BEGIN = "INSERT INTO wildcard_family (family, given_up_xid, given_up_ordering)"
            + " SELECT ?, " + ENDED + " - 1, 9223372036854775807 ON CONFLICT DO NOTHING";

    private static final String OLDEST = "SELECT given_up_xid, given_up_ordering FROM wildcard_family WHERE family = ?";

    /** {@code >=}: of the row where the reader stands, some events may still be to come. */
    private static final String ROWS = "SELECT l.xid, l.ordering, j.persistence_id, j.event_payload FROM family_log l"
            + " JOIN event_journal j ON j.ordering = l.ordering"
            + " WHERE l.family = ? AND (l.xid, l.ordering) >= (?, ?) AND l.xid < " + ENDED
            + " ORDER BY l.xid, l.ordering LIMIT " + MAX_ROWS;

    private final ReadPool pool;

    PostgresFamilyLog(ReadPool pool) {
        this.pool = pool;
    }

    @Override
    public CompletionStage<Boolean> keep(String family) {
        return pool.change("to keep the family " + family, connection -> {
            if (oldest(connection, family) != null) {
                return false;
            }
            try (PreparedStatement lock =
                    connection.prepareStatement("LOCK TABLE event_journal IN SHARE ROW EXCLUSIVE MODE")) {
                lock.execute(); // who writes now doesn't know of the family yet; who writes after us does
            }
            try (PreparedStatement begin = connection.prepareStatement(BEGIN)) {
                begin.setString(1, family);
                return begin.executeUpdate() > 0;
            }
        });
    }

    @Override
    public CompletionStage<CommitPosition> end(String family) {
        return pool.read("the end of the family " + family, connection -> {
            try (PreparedStatement ended = connection.prepareStatement("SELECT " + ENDED + " - 1");
                    ResultSet row = ended.executeQuery()) {
                row.next();
                return CommitPosition.afterRow(row.getLong(1), Long.MAX_VALUE);
            }
        });
    }

    @Override
    public CompletionStage<Page> read(String family, CommitPosition after, int maxBytes) {
        return pool.read("events of the family " + family, connection -> {
            CommitPosition oldest = oldest(connection, family);
            if (oldest == null) {
                throw new SQLException("the family " + family + " is not kept");
            }
            return oldest.compareTo(after) > 0
                    ? new Page(List.of(), false, oldest, true)
                    : rows(connection, family, after, oldest, maxBytes);
        });
    }

    private static @Nullable CommitPosition oldest(Connection connection, String family) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OLDEST)) {
            statement.setString(1, family);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? CommitPosition.afterRow(row.getLong(1), row.getLong(2)) : null;
            }
        }
    }

    private static Page rows(
            Connection connection, String family, CommitPosition after, CommitPosition oldest, int maxBytes)
            throws SQLException {
        List<Entry> entries = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(ROWS)) {
            statement.setString(1, family);
            statement.setLong(2, after.transaction());
            statement.setLong(3, after.ordering());
            statement.setFetchSize(FETCH_ROWS);
            try (ResultSet row = statement.executeQuery()) {
                long bytes = 0;
                for (int count = 1; row.next(); count++) {
                    byte[] payload = row.getBytes(4);
                    bytes += payload.length;
                    if (!entries.isEmpty() && bytes > maxBytes) {
                        return new Page(entries, true, oldest, true);
                    }
                    take(row, payload, after, entries);
                    if (count == MAX_ROWS) {
                        return new Page(entries, true, oldest, true);
                    }
                }
            }
        }
        return new Page(entries, true, oldest, false);
    }

    private static void take(ResultSet row, byte[] payload, CommitPosition after, List<Entry> entries)
            throws SQLException {
        if (!(RecordCodec.decode(payload) instanceof Appended appended)) {
            return;
        }
        long transaction = row.getLong(1);
        long ordering = row.getLong(2);
        ChannelName channel = PersistenceIds.channel(row.getString(3));
        List<Event> events = appended.events();
        for (int i = 0; i < events.size(); i++) {
            int taken = i + 1 == events.size() ? CommitPosition.WHOLE : i + 1;
            CommitPosition position = new CommitPosition(transaction, ordering, taken);
            if (position.compareTo(after) > 0) {
                entries.add(new Entry(position, channel, events.get(i)));
            }
        }
    }
}
