package io.millrace.persistence;

import io.millrace.persistence.Journal.KeptSince;
import io.millrace.protocol.ChannelName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What retention asks of the journal: which channels there are, and to forget the beginning of one, step by step. */
final class JournalSweep {
    /** The character after {@code |}: the first persistence id that is no channel's. */
    private static final String BEHIND_CHANNELS = "channel}";

    /**
     * Looks at the oldest rows only and stops before the first that must stay, so that what is left is always unbroken
     * to the head. The newest row stays too: it holds the head and the sequence number from which a channel goes on.
     */
    private static final String DELETE = "WITH oldest AS (SELECT sequence_number AS number,"
            + "   first_offset + event_count - 1 AS last FROM event_journal WHERE persistence_id = ?"
            + "   ORDER BY sequence_number LIMIT ?),"
            + " stays AS (SELECT min(number) AS number FROM oldest WHERE last IS NULL OR last > ? OR number > ?),"
            + " newest AS (SELECT max(sequence_number) AS number FROM event_journal WHERE persistence_id = ?)"
            + " DELETE FROM event_journal WHERE persistence_id = ? AND sequence_number IN (SELECT number FROM oldest"
            + "   WHERE number < (SELECT number FROM newest)"
            + "   AND number < coalesce((SELECT number FROM stays), 9223372036854775807))";

    /** Jumps from channel to channel along the primary key instead of walking all rows ("loose index scan"). */
    private static final String CHANNELS = "WITH RECURSIVE name(id) AS ("
            + " (SELECT persistence_id FROM event_journal WHERE persistence_id > ? AND persistence_id < ?"
            + "   ORDER BY persistence_id LIMIT 1)"
            + " UNION ALL SELECT (SELECT persistence_id FROM event_journal WHERE persistence_id > name.id"
            + "   AND persistence_id < ? ORDER BY persistence_id LIMIT 1) FROM name WHERE name.id IS NOT NULL)"
            + " SELECT name.id, oldest.event_count, oldest.write_timestamp,"
            + "   substring(oldest.event_payload FROM 1 FOR " + RecordCodec.FIXED_BYTES + "),"
            + "   (SELECT max(sequence_number) FROM event_journal WHERE persistence_id = name.id)"
            + "     - oldest.sequence_number + 1"
            + " FROM name CROSS JOIN LATERAL (SELECT * FROM event_journal j WHERE j.persistence_id = name.id"
            + "   ORDER BY sequence_number LIMIT 1) oldest"
            + " WHERE name.id IS NOT NULL LIMIT ?";

    private JournalSweep() {}

    static int delete(Connection connection, ChannelName channel, long upTo, long maxSequenceNr, int maxRows)
            throws SQLException {
        String id = PersistenceIds.persistenceId(channel);
        try (PreparedStatement statement = connection.prepareStatement(DELETE)) {
            statement.setString(1, id);
            statement.setInt(2, Math.max(0, maxRows));
            statement.setLong(3, upTo);
            statement.setLong(4, maxSequenceNr);
            statement.setString(5, id);
            statement.setString(6, id);
            return statement.executeUpdate();
        }
    }

    static List<KeptSince> channels(Connection connection, String afterName, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CHANNELS)) {
            statement.setString(1, PersistenceIds.CHANNEL_PREFIX + afterName);
            statement.setString(2, BEHIND_CHANNELS);
            statement.setString(3, BEHIND_CHANNELS);
            statement.setInt(4, limit);
            try (ResultSet row = statement.executeQuery()) {
                List<KeptSince> channels = new ArrayList<>();
                while (row.next()) {
                    channels.add(new KeptSince(
                            PersistenceIds.channel(row.getString(1)), Instant.ofEpochMilli(time(row)), row.getLong(5)));
                }
                return channels;
            }
        }
    }

    /** The time of the oldest row's first event; of a row without events, when it was written. */
    private static long time(ResultSet row) throws SQLException {
        return row.getInt(2) > 0 ? RecordCodec.appendedHead(row.getBytes(4)).firstTimeMillis() : row.getLong(3);
    }
}
