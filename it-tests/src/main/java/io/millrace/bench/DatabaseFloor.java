package io.millrace.bench;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;
import org.postgresql.PGConnection;

/**
 * What the product's own PostgreSQL does with nothing in front of it: rows of the journal's shape into a table like the
 * journal's (its generated columns and indexes, without the trigger), and {@code COPY} out of the journal itself.
 */
final class DatabaseFloor {
    private static final String TABLE = "bench_raw";
    private static final Duration WARM_UP = Duration.ofSeconds(1);

    private final Config node;

    private DatabaseFloor(Config node) {
        this.node = node;
    }

    /** @param data a dev node's folder, which says where its database is */
    static DatabaseFloor of(Path data) {
        DatabaseFloor floor = new DatabaseFloor(
                ConfigFactory.parseFile(data.resolve("running.conf").toFile()).getConfig("millrace.storage"));
        try (Connection connection = floor.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS " + TABLE + " (LIKE event_journal INCLUDING ALL)");
        } catch (SQLException e) {
            throw new BenchFailure("the product's database can't be used: " + e.getMessage(), e);
        }
        return floor;
    }

    /**
     * So many connections, each committing one batch after the other.
     *
     * @param rows rows a commit
     * @param events events in each row
     */
    Outcome commits(int connections, int rows, int events, int size, Duration length) {
        Outcome outcome = new Outcome("raw-" + connections + "x" + rows + "x" + events);
        long from = System.nanoTime() + WARM_UP.toNanos();
        long until = from + length.toNanos();
        List<CompletableFuture<RawWriter>> writers = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            RawWriter writer = new RawWriter(TABLE, rows, events, size);
            writers.add(writer.start(this::connect, from, until));
        }
        Histogram latency = new Histogram(1, 600_000_000L, 3);
        writers.forEach(writer -> latency.add(writer.join().latency()));
        double seconds = length.toNanos() / 1e9;
        double all = (double) latency.getTotalCount() * rows * events;
        return outcome.put(Figure.REQUESTS_PER_SECOND, latency.getTotalCount() / seconds)
                .put(Figure.EVENTS, all)
                .put(Figure.EVENTS_PER_SECOND, all / seconds)
                .latency(latency);
    }

    /** Copies a channel's rows out of the journal, in their order, and throws the bytes away. */
    Outcome copy(String channel, int expect) {
        Outcome outcome = new Outcome("copy");
        String rows =
                "SELECT first_offset, event_count, event_payload FROM event_journal WHERE persistence_id = 'channel|"
                        + channel + "' ORDER BY sequence_number";
        try (Connection connection = connect();
                OutputStream nowhere = OutputStream.nullOutputStream()) {
            long begun = System.nanoTime();
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("COPY (" + rows + ") TO STDOUT (FORMAT binary)", nowhere);
            double seconds = (System.nanoTime() - begun) / 1e9;
            return outcome.put(Figure.EVENTS, expect)
                    .put(Figure.EVENTS_PER_SECOND, expect / seconds)
                    .put(Figure.LAST_CAUGHT_UP, seconds);
        } catch (SQLException | IOException e) {
            throw new BenchFailure("COPY failed: " + e.getMessage(), e);
        }
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", node.getString("user"));
        properties.setProperty("password", node.getString("password"));
        properties.setProperty("reWriteBatchedInserts", "true");
        return DriverManager.getConnection(node.getString("url"), properties);
    }
}
