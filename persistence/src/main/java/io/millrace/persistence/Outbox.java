package io.millrace.persistence;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code millrace_outbox} of a database, where services leave events in their own transactions. Rows come out by
 * their ids: of two transactions of which one began after the other's commit, the earlier one's first.
 */
public final class Outbox {
    /** What the table's trigger calls out when something was left there. */
    public static final String WAKE = "millrace_outbox";

    private static final int FETCH_ROWS = 50;
    private static final int COUNTED = 100_000;

    private static final String NEXT = "SELECT id, channel, type, key, source, octet_length(data::text) AS bytes,"
            + " CASE WHEN octet_length(data::text) <= ? THEN data::text END AS data FROM millrace_outbox"
            + " WHERE refused_at IS NULL AND channel <> ALL (?) ORDER BY id LIMIT ?";

    private static final String LOOK =
            "SELECT (SELECT count(*) FROM (SELECT 1 FROM millrace_outbox WHERE refused_at IS NULL LIMIT " + COUNTED
                    + ") AS waiting), (SELECT extract(epoch FROM clock_timestamp() - written_at) FROM millrace_outbox"
                    + " WHERE refused_at IS NULL ORDER BY id LIMIT 1),"
                    + " (SELECT count(*) FROM millrace_outbox WHERE refused_at IS NOT NULL)";

    private final LeasedSession session;

    public Outbox(LeasedSession session) {
        this.session = session;
    }

    /** @param data null where it is larger than was asked for; {@code bytes} says how large */
    public record Row(
            long id,
            String channel,
            String type,
            String key,
            @Nullable String source,
            @Nullable String data,
            int bytes) {}

    /**
     * @param rows that wait, at most 100,000 of them counted
     * @param oldest how long the first of them has waited
     * @param refused rows that were put aside
     */
    public record Waiting(long rows, Duration oldest, long refused) {}

    /** Makes the table, the index and the trigger where there is no such table. */
    public void create() throws SQLException {
        session.inTransaction(connection -> {
            try (Statement statement = connection.createStatement()) {
                if (!isThere(statement)) {
                    statement.execute(ddl());
                }
                return true;
            }
        });
    }

    private static boolean isThere(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT to_regclass('millrace_outbox') IS NOT NULL")) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** The statements that make the table. */
    public static String ddl() {
        try (InputStream sql = Outbox.class.getResourceAsStream("/db/outbox.sql")) {
            if (sql == null) {
                throw new IllegalStateException("db/outbox.sql is not in the artifact");
            }
            return new String(sql.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The first rows that wait, without those of some channels.
     *
     * @param most rows
     * @param bytes after so many bytes of data no further row is added
     * @param rowBytes a row with more comes without its data
     */
    public List<Row> next(int most, int bytes, int rowBytes, Collection<String> without) throws SQLException {
        return session.inTransaction(connection -> {
            Array channels = connection.createArrayOf("text", without.toArray());
            try (PreparedStatement ask = connection.prepareStatement(NEXT)) {
                ask.setFetchSize(FETCH_ROWS);
                ask.setInt(1, rowBytes);
                ask.setArray(2, channels);
                ask.setInt(3, most);
                try (ResultSet rows = ask.executeQuery()) {
                    return read(rows, bytes);
                }
            }
        });
    }

    private static List<Row> read(ResultSet rows, int bytes) throws SQLException {
        List<Row> read = new ArrayList<>();
        long sum = 0;
        while (sum <= bytes && rows.next()) {
            Row row = new Row(
                    rows.getLong("id"),
                    rows.getString("channel"),
                    rows.getString("type"),
                    rows.getString("key"),
                    rows.getString("source"),
                    rows.getString("data"),
                    rows.getInt("bytes"));
            read.add(row);
            sum += row.data() == null ? 0 : row.bytes();
        }
        return read;
    }

    /** Takes out what has become events and puts aside what never can, with the reason, in one transaction. */
    public void settle(List<Long> done, Map<Long, String> refused) throws SQLException {
        session.inTransaction(connection -> {
            delete(connection, done);
            try (PreparedStatement aside = connection.prepareStatement(
                    "UPDATE millrace_outbox SET refused_at = clock_timestamp(), refusal = ? WHERE id = ?")) {
                for (Map.Entry<Long, String> each : refused.entrySet()) {
                    aside.setString(1, each.getValue());
                    aside.setLong(2, each.getKey());
                    aside.executeUpdate();
                }
            }
            return true;
        });
    }

    private static void delete(Connection connection, List<Long> done) throws SQLException {
        if (!done.isEmpty()) {
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM millrace_outbox WHERE id = ANY (?)")) {
                delete.setArray(1, connection.createArrayOf("bigint", done.toArray()));
                delete.executeUpdate();
            }
        }
    }

    public Waiting waiting() throws SQLException {
        return session.inTransaction(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(LOOK)) {
                row.next();
                return new Waiting(row.getLong(1), Duration.ofMillis((long) (row.getDouble(2) * 1000)), row.getLong(3));
            }
        });
    }
}
