package io.millrace.it.trial;

import io.millrace.persistence.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What is done to the database by its own means. */
final class DatabaseTrouble {
    private static final int AGAIN_MILLIS = 300;

    private DatabaseTrouble() {}

    /** Nobody writes or reads the journal for so long. */
    static void lockTable(EmbeddedDatabase database, int millis) throws SQLException, InterruptedException {
        try (Connection connection = open(database, "");
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE event_journal IN ACCESS EXCLUSIVE MODE");
            Thread.sleep(millis); // a fault lasts as long as its schedule says
            connection.rollback();
        }
    }

    /** Ends everybody's sessions and takes every connection there is, for so long. */
    static void takeAllConnections(EmbeddedDatabase database, int millis) throws SQLException, InterruptedException {
        List<Connection> taken = new ArrayList<>();
        try (Connection connection = open(database, "");
                Statement statement = connection.createStatement()) {
            long until = System.nanoTime() + millis * 1_000_000L;
            while (System.nanoTime() < until) {
                statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                        + " AND application_name <> 'trouble'");
                take(database, taken);
                Thread.sleep(AGAIN_MILLIS); // those that came back in between are ended the next time
            }
        } finally {
            for (Connection one : taken) {
                one.close();
            }
        }
    }

    private static void take(EmbeddedDatabase database, List<Connection> taken) {
        try {
            while (true) {
                taken.add(open(database, "?ApplicationName=trouble"));
            }
        } catch (SQLException none) {
            // all are taken, which is what was wanted
        }
    }

    private static Connection open(EmbeddedDatabase database, String parameters) throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl() + parameters, database.user(), database.password());
    }
}
