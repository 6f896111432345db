package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.History.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services go on leaving events while the node that takes them is killed, twice: nothing lost, nothing twice, in order. */
class OutboxKilledTest {
    private static final int CHANNELS = 6;
    private static final int KILLS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /** A service's, between two transactions. */
    private static final Duration RHYTHM = Duration.ofMillis(5);

    @TempDir
    static Path folder;

    private volatile boolean leaving = true;

    @Test
    void everyRowIsOneEventInItsPlaceThoughItsTakerDies() throws Exception {
        try (Cluster cluster =
                Cluster.start("outbox", folder, "ingest { outbox = [ {} ], batch = 100, poll = 500ms }")) {
            Awaitility.await().atMost(PATIENCE).until(() -> taker(cluster) >= 0);
            List<CompletableFuture<Integer>> services = IntStream.range(0, CHANNELS)
                    .mapToObj(channel -> CompletableFuture.supplyAsync(() -> leave(cluster, "outbox:" + channel)))
                    .toList();
            for (int kill = 0; kill < KILLS; kill++) {
                Awaitility.await().atMost(PATIENCE).until(() -> taker(cluster) >= 0);
                int taker = taker(cluster);
                long before = taken(cluster, taker);
                Awaitility.await().atMost(PATIENCE).until(() -> taken(cluster, taker) > before + 200);
                cluster.node(taker).kill9();
                long begin = System.nanoTime();
                Awaitility.await().atMost(PATIENCE).until(() -> taker(cluster) >= 0);
                System.out.printf(
                        "OutboxKilledTest: node %d killed, another takes over after %d ms%n",
                        taker, Duration.ofNanos(System.nanoTime() - begin).toMillis());
                cluster.node(taker).restart();
            }
            leaving = false;
            for (int channel = 0; channel < CHANNELS; channel++) {
                int left = services.get(channel).join();
                String name = "outbox:" + channel;
                Awaitility.await().atMost(PATIENCE).until(() -> waiting(cluster, name) == 0);
                List<Entry> log = Calls.log(cluster.doors().get(0), name);
                assertThat(log)
                        .extracting(Entry::value)
                        .as(name)
                        .containsExactlyElementsOf(
                                IntStream.range(0, left).mapToObj(i -> "v" + i).toList());
            }
        }
    }

    /** Transactions of one to five events each, one after the other; how many events. */
    private int leave(Cluster cluster, String channel) {
        int left = 0;
        try (Connection service = cluster.session();
                PreparedStatement insert = service.prepareStatement(
                        "INSERT INTO millrace_outbox (channel, type, data) VALUES (?, ?, ?::json)")) {
            service.setAutoCommit(false);
            while (leaving) {
                int events = 1 + left % 5;
                for (int i = 0; i < events; i++) {
                    insert.setString(1, channel);
                    insert.setString(2, "it.event");
                    insert.setString(3, "{\"c\":\"" + channel + "\",\"v\":\"v" + left++ + "\"}");
                    insert.addBatch();
                }
                insert.executeBatch();
                service.commit();
                LockSupport.parkNanos(RHYTHM.toNanos());
            }
            return left;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long waiting(Cluster cluster, String channel) throws SQLException {
        try (Connection session = cluster.session();
                PreparedStatement count =
                        session.prepareStatement("SELECT count(*) FROM millrace_outbox WHERE channel = ?")) {
            count.setString(1, channel);
            try (ResultSet row = count.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** The node that takes the rows; -1 where none says so. */
    private static int taker(Cluster cluster) {
        return IntStream.range(0, 3)
                .filter(node -> cluster.node(node).isUp())
                .filter(node -> figure(cluster, node, "millrace_ingest_leading") == 1)
                .findFirst()
                .orElse(-1);
    }

    private static long taken(Cluster cluster, int node) {
        return figure(cluster, node, "millrace_ingest_events_total");
    }

    private static long figure(Cluster cluster, int node, String name) {
        try {
            return Calls.admin(cluster.node(node), "/metrics")
                    .lines()
                    .filter(line -> line.startsWith(name + "{"))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException gone) {
            return 0;
        }
    }
}
