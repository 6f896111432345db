package io.millrace.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.HdrHistogram.Histogram;

/** One connection that inserts batches of rows and commits each, on a thread of its own. */
final class RawWriter {
    /** The fixed head of what the journal stores, and the ids in front of its events; the database reads the former. */
    private static final int HEAD_BYTES = 54;

    private static final int RECORD_SERIALIZER = 7301;
    /** What a stored event has around its data: times, type, publisher. */
    private static final int AROUND_DATA = 40;

    private final String table;
    private final int rows;
    private final int events;
    private final byte[] payload;
    private final String id = "raw|" + Long.toString(ThreadLocalRandom.current().nextLong(), 36);
    private final Histogram latency = new Histogram(1, 600_000_000L, 3);
    private long row;

    RawWriter(String table, int rows, int events, int size) {
        this.table = table;
        this.rows = rows;
        this.events = events;
        String data = "{\"mark\":\"" + Mark.blank(1, 1) + "\",\"pad\":\"" + "x".repeat(size) + "\"}";
        byte[] event = ("bench.tick" + data.substring(0, size) + "p".repeat(AROUND_DATA - 10))
                .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES + events * event.length);
        bytes.put((byte) 1).put((byte) 1).position(HEAD_BYTES);
        for (int i = 0; i < events; i++) {
            bytes.put(event);
        }
        this.payload = bytes.array();
    }

    /** Where connections come from. */
    interface Connecting {
        Connection connect() throws SQLException;
    }

    /** Works until {@code until}; counts commits that began and ended after {@code from}. */
    CompletableFuture<RawWriter> start(Connecting connecting, long from, long until) {
        CompletableFuture<RawWriter> done = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try (Connection connection = connecting.connect()) {
                        write(connection, from, until);
                        done.complete(this);
                    } catch (SQLException | RuntimeException e) {
                        done.completeExceptionally(new BenchFailure("raw writing failed: " + e.getMessage(), e));
                    }
                },
                "raw-writer");
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    private void write(Connection connection, long from, long until) throws SQLException {
        connection.setAutoCommit(rows == 1);
        String insert = "INSERT INTO " + table + " (persistence_id, sequence_number, writer, write_timestamp,"
                + " event_ser_id, event_ser_manifest, event_payload) VALUES (?, ?, ?, ?, ?, ?, ?)";
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
            long begun = System.nanoTime();
            while (begun < until) {
                insert(statement);
                if (rows > 1) {
                    connection.commit();
                }
                long ended = System.nanoTime();
                if (begun >= from && ended <= until) {
                    latency.recordValue(Tally.micros(ended - begun));
                }
                begun = ended;
            }
        }
    }

    private void insert(PreparedStatement statement) throws SQLException {
        for (int i = 0; i < rows; i++) {
            // the head's first offset and count, as the generated columns read them
            ByteBuffer head = ByteBuffer.wrap(payload);
            head.putLong(2, row * events + 1).putInt(10, events);
            row++;
            statement.setString(1, id);
            statement.setLong(2, row);
            statement.setString(3, "bench");
            statement.setLong(4, System.currentTimeMillis());
            statement.setInt(5, RECORD_SERIALIZER);
            statement.setString(6, "");
            statement.setBytes(7, payload.clone());
            if (rows == 1) {
                statement.executeUpdate();
            } else {
                statement.addBatch();
            }
        }
        if (rows > 1) {
            statement.executeBatch();
        }
    }

    Histogram latency() {
        return latency;
    }
}
