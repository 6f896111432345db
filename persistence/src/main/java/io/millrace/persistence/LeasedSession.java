package io.millrace.persistence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * One session with a database, for work that one node of all does: it holds a lock that goes with the session, and hears
 * notifications. The lock is a lease: the server ends a session that has said nothing for {@link #LEASE}, so neither a
 * frozen process nor a cut cable keeps it for long. Used by one thread.
 */
public final class LeasedSession implements AutoCloseable {
    /** Work that says nothing to the database for longer than this loses the lock. */
    public static final Duration LEASE = Duration.ofSeconds(30);

    /** {@code idle_session_timeout} exists since PostgreSQL 14; before that only keep-alives find a dead peer. */
    private static final String LEASE_IT = "SELECT set_config('tcp_keepalives_idle', '5', false),"
            + " set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false);"
            + " SELECT set_config('idle_session_timeout', '" + LEASE.toMillis() + "', false)"
            + " WHERE current_setting('idle_session_timeout', true) IS NOT NULL";

    private final Connection connection;

    private LeasedSession(Connection connection) {
        this.connection = connection;
    }

    /** What the database called out. */
    public record Notice(String name, String payload) {}

    /** Blocks for at most the connect timeout. */
    public static LeasedSession open(StorageSettings settings) throws SQLException {
        Connection connection = PostgresUrl.dataSource(settings).getConnection();
        try (Statement begin = connection.createStatement()) {
            begin.execute(PostgresUrl.sessionStart(settings));
            begin.execute(LEASE_IT);
            return new LeasedSession(connection);
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }

    /** Whether this session now is the only one in its database that does {@code work}. */
    public boolean leads(String work) throws SQLException {
        try (PreparedStatement lock =
                connection.prepareStatement("SELECT pg_try_advisory_lock(hashtextextended('millrace ' || ?, 0))")) {
            lock.setString(1, work);
            try (ResultSet row = lock.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** From now on {@link #notices} tells of these; what was called out before is gone. */
    public void listen(String name) throws SQLException {
        try (Statement listen = connection.createStatement()) {
            listen.execute("LISTEN " + listen.enquoteIdentifier(name, true));
        }
    }

    /** What has been called out since, in order of its commits; waits so long where there is nothing, 1 ms at least. */
    public List<Notice> notices(Duration patience) throws SQLException {
        renew();
        PGConnection postgres = connection.unwrap(PGConnection.class);
        PGNotification[] heard = postgres.getNotifications(Math.max(1, (int) patience.toMillis()));
        List<Notice> notices = new ArrayList<>(heard.length);
        for (PGNotification each : heard) {
            notices.add(new Notice(each.getName(), each.getParameter()));
        }
        return notices;
    }

    private void renew() throws SQLException {
        try (Statement word = connection.createStatement()) {
            word.execute("SELECT 1");
        }
    }

    /** Runs {@code work} in one transaction. */
    <T> T inTransaction(ReadPool.Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            T result = work.on(connection);
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException failed) {
            connection.rollback();
            throw failed;
        } finally {
            connection.setAutoCommit(true); // also between transactions, since only there notifications come
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException gone) {
            // so is the lock
        }
    }
}
