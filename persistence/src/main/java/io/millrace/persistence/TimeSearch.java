package io.millrace.persistence;

import io.millrace.persistence.Journal.Bounds;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Event;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Finds the newest event older than a time by halving: times never decrease along a channel's offsets. A step reads only
 * the fixed head of one row, so that a channel of a million rows costs some twenty short look-ups.
 */
final class TimeSearch {
    private static final String ROW_AT = "SELECT substring(event_payload FROM 1 FOR " + RecordCodec.FIXED_BYTES + ")"
            + " FROM event_journal WHERE persistence_id = ? AND event_count > 0 AND first_offset <= ?"
            + " ORDER BY first_offset DESC LIMIT 1";

    private static final String WHOLE_ROW = "SELECT event_payload FROM event_journal"
            + " WHERE persistence_id = ? AND event_count > 0 AND first_offset = ?";

    private TimeSearch() {}

    /** The greatest offset whose event is older than {@code time}; 0 where no kept event is. */
    static long on(Connection connection, ChannelName channel, Instant time) throws SQLException {
        String id = PersistenceIds.persistenceId(channel);
        Bounds bounds = PageReading.bounds(connection, channel);
        long millis = time.toEpochMilli();
        long older = bounds.availableFrom() - 1;
        long notOlder = bounds.head() + 1;
        boolean found = false;
        while (older + 1 < notOlder) {
            long middle = older + (notOlder - older) / 2;
            EventsLayout.Head row = rowAt(connection, id, middle);
            if (row == null || row.lastOffset() <= older) {
                // nothing between here and the middle: a hole, which belongs to neither side
                notOlder = older + 1;
            } else if (isOlder(row.lastTimeMillis(), millis, time)) {
                older = Math.max(row.lastOffset(), middle);
                found = true;
                older = Math.min(older, notOlder - 1);
            } else if (!isOlder(row.firstTimeMillis(), millis, time)) {
                notOlder = row.firstOffset();
            } else {
                return within(connection, id, row.firstOffset(), time);
            }
        }
        return found ? older : 0;
    }

    private static boolean isOlder(long eventMillis, long millis, Instant time) {
        return eventMillis < millis || (eventMillis == millis && time.getNano() % 1_000_000 != 0);
    }

    private static EventsLayout.@Nullable Head rowAt(Connection connection, String id, long offset)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ROW_AT)) {
            statement.setString(1, id);
            statement.setLong(2, offset);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? RecordCodec.appendedHead(row.getBytes(1)) : null;
            }
        }
    }

    private static long within(Connection connection, String id, long firstOffset, Instant time) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(WHOLE_ROW)) {
            statement.setString(1, id);
            statement.setLong(2, firstOffset);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long offset = 0;
                for (Event event : ((ChannelRecord.Appended) RecordCodec.decode(row.getBytes(1))).events()) {
                    if (event.time().isBefore(time)) {
                        offset = event.offset();
                    }
                }
                return offset;
            }
        }
    }
}
