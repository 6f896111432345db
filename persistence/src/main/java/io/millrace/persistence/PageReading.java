package io.millrace.persistence;

import io.millrace.persistence.Journal.Bounds;
import io.millrace.persistence.Journal.Page;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Event;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one page of a channel. Bounds and rows come from one snapshot of the database, so that a deletion in between
 * can't make them contradict each other. Rows are fetched a few at a time, and the page ends before a hole: what it holds
 * is always the unbroken run that begins right after where the reader stands.
 */
final class PageReading {
    private static final Logger log = LoggerFactory.getLogger(PageReading.class);
    /** So that a page of tiny events stays small in memory too. */
    private static final int MAX_EVENTS = 10_000;

    private static final int FIRST_FETCH_ROWS = 4;
    private static final int MOST_FETCH_ROWS = 500;

    /** The newest row knows the head and, by its kind, whether the stream has ended; also where it holds no event. */
    private static final String BOUNDS = "SELECT newest.head, newest.complete, (SELECT min(first_offset)"
            + " FROM event_journal WHERE persistence_id = ? AND event_count > 0)"
            + " FROM (SELECT 1) AS one LEFT JOIN LATERAL (SELECT first_offset + event_count - 1 AS head,"
            + " get_byte(substring(event_payload FROM 1 FOR 2), 1) IN (" + RecordCodec.ENDED + ", "
            + RecordCodec.TRIMMED_AFTER_END + ") AS complete FROM event_journal"
            + " WHERE persistence_id = ? AND event_count IS NOT NULL"
            + " ORDER BY sequence_number DESC LIMIT 1) AS newest ON true";

    private static final String NEXT_KEPT = "SELECT min(first_offset) FROM event_journal"
            + " WHERE persistence_id = ? AND event_count > 0 AND first_offset > ?";

    /** Begins at the row that holds the asked offset, or would hold it. */
    private static final String ROWS = "SELECT sequence_number, first_offset, event_count, event_payload"
            + " FROM event_journal WHERE persistence_id = ? AND event_count > 0"
            + " AND first_offset >= coalesce((SELECT max(first_offset) FROM event_journal"
            + " WHERE persistence_id = ? AND event_count > 0 AND first_offset <= ?), 0)"
            + " AND first_offset <= ? ORDER BY first_offset LIMIT " + MAX_EVENTS;

    private final ChannelName channel;
    private final String persistenceId;
    private final long after;
    private final long upTo;
    private final int maxBytes;

    private final List<Event> events = new ArrayList<>();
    private long next;
    private long bytes;
    private boolean full;

    PageReading(ChannelName channel, long after, long upTo, int maxBytes) {
        if (after < 0) {
            throw new IllegalArgumentException("after must be 0 or more: " + after);
        }
        this.channel = channel;
        this.persistenceId = PersistenceIds.persistenceId(channel);
        this.after = after;
        this.upTo = upTo;
        this.maxBytes = maxBytes;
        this.next = after + 1;
    }

    static Bounds bounds(Connection connection, ChannelName channel) throws SQLException {
        String id = PersistenceIds.persistenceId(channel);
        try (PreparedStatement statement = connection.prepareStatement(BOUNDS)) {
            statement.setString(1, id);
            statement.setString(2, id);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long head = row.getLong(1);
                boolean complete = row.getBoolean(2);
                long oldest = row.getLong(3);
                return new Bounds(head, row.wasNull() ? head + 1 : oldest, complete);
            }
        }
    }

    Page on(Connection connection) throws SQLException {
        Bounds bounds = bounds(connection, channel);
        if (upTo <= after || after >= bounds.head()) {
            return new Page(List.of(), bounds);
        }
        gather(connection, Math.min(upTo, bounds.head()));
        return events.isEmpty() ? gone(connection, bounds) : new Page(events, bounds);
    }

    private void gather(Connection connection, long last) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ROWS)) {
            statement.setString(1, persistenceId);
            statement.setString(2, persistenceId);
            statement.setLong(3, next);
            statement.setLong(4, last);
            statement.setFetchSize(FIRST_FETCH_ROWS);
            try (ResultSet rows = statement.executeQuery()) {
                long read = 0;
                for (int count = 1; !full && next <= last && rows.next(); count++) {
                    read += take(rows, last);
                    rows.setFetchSize(fetchRows(read / count));
                }
            }
        }
    }

    /** Takes a row's events; returns how many bytes the row had. */
    private long take(ResultSet row, long last) throws SQLException {
        long first = row.getLong(2);
        if (first + row.getInt(3) <= next) {
            return 0;
        }
        if (first > next) {
            full = true;
            return 0;
        }
        byte[] payload = row.getBytes(4);
        for (Event event : decode(row.getLong(1), payload).events()) {
            if (event.offset() >= next && event.offset() <= last && !full) {
                add(event);
            }
        }
        return payload.length;
    }

    private void add(Event event) {
        int size = event.data().size();
        if (!events.isEmpty() && (bytes + size > maxBytes || events.size() == MAX_EVENTS)) {
            full = true;
            return;
        }
        events.add(event);
        bytes += size;
        next++;
    }

    private ChannelRecord.Appended decode(long sequenceNr, byte[] payload) {
        try {
            return (ChannelRecord.Appended) RecordCodec.decode(payload);
        } catch (CorruptRecord e) {
            throw new CorruptRecord("row " + sequenceNr + " of " + persistenceId + ": " + e.getMessage(), e);
        }
    }

    /** As many rows as what the page still takes, and as many again, so that a fetch never holds much more than a page. */
    private int fetchRows(long averageBytes) {
        long rows = (maxBytes - bytes) / Math.max(1, averageBytes) + 1;
        return (int) Math.max(1, Math.min(MOST_FETCH_ROWS, rows));
    }

    /** There are newer events, but not the next one: says where events begin again. */
    private Page gone(Connection connection, Bounds bounds) throws SQLException {
        if (bounds.availableFrom() <= after) {
            log.error("the journal of {} has a hole right after offset {}", persistenceId, after);
        }
        try (PreparedStatement statement = connection.prepareStatement(NEXT_KEPT)) {
            statement.setString(1, persistenceId);
            statement.setLong(2, after + 1);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long from = row.getLong(1);
                long oldest = row.wasNull() ? bounds.head() + 1 : from;
                return new Page(List.of(), new Bounds(bounds.head(), oldest, bounds.complete()));
            }
        }
    }
}
