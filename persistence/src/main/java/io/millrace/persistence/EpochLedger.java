package io.millrace.persistence;

import io.millrace.protocol.Epoch;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether this journal is still the one whose epoch was written down. An epoch is recorded with where it was
 * given: the server's system identifier (another after initdb, so after a dump was loaded elsewhere), its timeline
 * (another after a point-in-time recovery or a failover), and the journal table's own id (another after the table was
 * dropped and loaded again on the same server). Where one of them differs, commits may be missing, and a new epoch begins.
 *
 * <p>{@link #settle} and {@link #raise} run under the opening lock, so that all nodes agree.
 */
final class EpochLedger {
    private static final Logger log = LoggerFactory.getLogger(EpochLedger.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    private EpochLedger() {}

    static Epoch settle(Connection connection) throws SQLException {
        Place here = here(connection);
        Entry newest = newest(connection);
        if (newest == null) {
            return raise(connection, "first use");
        }
        if (newest.place().mayBe(here)) {
            return newest.epoch();
        }
        log.warn(
                "epoch {} was given at {}, but this is {}: a restore or failover",
                newest.epoch(),
                newest.place(),
                here);
        return raise(connection, "restore or failover: was " + newest.place());
    }

    static Epoch raise(Connection connection, String reason) throws SQLException {
        Epoch epoch = Epoch.random(RANDOM);
        Place here = here(connection);
        try (var insert = connection.prepareStatement("INSERT INTO millrace_epoch"
                + " (epoch, reason, system_identifier, timeline_id, journal_oid) VALUES (?, ?, ?, ?, ?)")) {
            insert.setString(1, epoch.value());
            insert.setString(2, reason);
            insert.setObject(3, here.systemIdentifier(), Types.BIGINT);
            insert.setObject(4, here.timeline(), Types.INTEGER);
            insert.setLong(5, here.journalOid());
            insert.executeUpdate();
        }
        log.info("new epoch {}: {}", epoch, reason);
        return epoch;
    }

    /** Whether {@code epoch} is in force on the server this connection leads to. */
    static boolean holds(Connection connection, Epoch epoch) throws SQLException {
        Entry newest = newest(connection);
        return newest != null && newest.epoch().equals(epoch) && newest.place().mayBe(here(connection));
    }

    private static @Nullable Entry newest(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT epoch, system_identifier, timeline_id, journal_oid"
                        + " FROM millrace_epoch ORDER BY number DESC LIMIT 1")) {
            if (!row.next()) {
                return null;
            }
            Place place = new Place(row.getObject(2, Long.class), row.getObject(3, Integer.class), row.getLong(4));
            return new Entry(new Epoch(row.getString(1)), place);
        }
    }

    private static Place here(Connection connection) throws SQLException {
        boolean allowed = allowed(connection);
        String control = allowed
                ? "(SELECT system_identifier FROM pg_control_system()),"
                        + " (SELECT timeline_id FROM pg_control_checkpoint())"
                : "NULL::bigint, NULL::integer";
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT " + control + ", 'event_journal'::regclass::oid::bigint")) {
            row.next();
            return new Place(row.getObject(1, Long.class), row.getObject(2, Integer.class), row.getLong(3));
        }
    }

    private static boolean allowed(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT has_function_privilege('pg_control_system()', 'EXECUTE')"
                        + " AND has_function_privilege('pg_control_checkpoint()', 'EXECUTE')")) {
            row.next();
            if (!row.getBoolean(1)) {
                log.warn(
                        "this user may not call pg_control_system() and pg_control_checkpoint(): a copy of the database"
                                + " on another server can't be told from this one; grant them, or raise the epoch by hand");
            }
            return row.getBoolean(1);
        }
    }

    private record Entry(Epoch epoch, Place place) {}

    /** Where a journal lives. What the server doesn't let us know is null. */
    private record Place(@Nullable Long systemIdentifier, @Nullable Integer timeline, long journalOid) {

        /** False where the two surely differ. An unknown now fits anything; an unknown then doesn't fit what is known now. */
        boolean mayBe(Place now) {
            return journalOid == now.journalOid
                    && (now.systemIdentifier == null || Objects.equals(systemIdentifier, now.systemIdentifier))
                    && (now.timeline == null || Objects.equals(timeline, now.timeline));
        }
    }
}
