package io.millrace.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.persistence.FamilyLog.Entry;
import io.millrace.persistence.FamilyLog.Page;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.CommitPosition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The order of a whole family, with writers who commit in any order, give up, and take their time. */
class FamilyLogTest {
    private static final int WRITERS = 6;
    private static final int ROWS = 150;

    @Test
    void everyReaderSeesEveryCommitOnceAndInOneOrder() throws Exception {
        StorageSettings settings = TestServer.fresh();
        try (Storage storage = Storage.open(settings)) {
            FamilyLog log = storage.families();
            log.keep("job").toCompletableFuture().join();
            CommitPosition begin = log.end("job").toCompletableFuture().join();
            Set<String> committed = new ConcurrentSkipListSet<>();
            ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 2);
            List<Future<?>> writers = new ArrayList<>();
            CountDownLatch over = new CountDownLatch(WRITERS);
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                writers.add(threads.submit(() -> {
                    write(settings, writer, committed);
                    over.countDown();
                    return null;
                }));
            }
            Future<List<Entry>> live = threads.submit(() -> follow(log, begin, over, 1 << 20));
            Future<List<Entry>> cutOff = threads.submit(() -> follow(log, begin, over, 1));
            for (Future<?> writer : writers) {
                writer.get();
            }
            threads.shutdown();
            List<String> seen = names(live.get());
            assertThat(new TreeSet<>(seen)).as("nothing missing").isEqualTo(new TreeSet<>(committed));
            assertThat(seen).as("nothing twice").doesNotHaveDuplicates();
            assertThat(names(cutOff.get())).as("the same order for all").isEqualTo(seen);
            List<Entry> replay = follow(log, begin, over, 4096);
            assertThat(replay).as("and again later").isEqualTo(live.get());
            assertChannelsInOrder(replay);
        }
    }

    /** What the bound on transactions under way is for: without it the same readers miss commits. */
    @Test
    void aRowThatCommitsLateIsNotOvertaken() throws Exception {
        StorageSettings settings = TestServer.fresh();
        try (Storage storage = Storage.open(settings);
                Connection slow = PostgresUrl.patientDataSource(settings).getConnection()) {
            FamilyLog log = storage.families();
            log.keep("job").toCompletableFuture().join();
            CommitPosition begin = log.end("job").toCompletableFuture().join();
            slow.setAutoCommit(false);
            insert(slow, "job:slow", 1, 1, 1);
            try (Connection quick = PostgresUrl.patientDataSource(settings).getConnection()) {
                insert(quick, "job:quick", 1, 1, 1);
            }
            assertThat(read(log, begin).entries())
                    .as("must wait for the slow one")
                    .isEmpty();
            slow.commit();
            assertThat(names(read(log, begin).entries())).containsExactly("job:slow@1", "job:quick@1");
        }
    }

    @Test
    void aPlaceInsideARowGoesOnWithItsNextEvent() throws Exception {
        StorageSettings settings = TestServer.fresh();
        try (Storage storage = Storage.open(settings);
                Connection writer = PostgresUrl.patientDataSource(settings).getConnection()) {
            FamilyLog log = storage.families();
            log.keep("job").toCompletableFuture().join();
            CommitPosition begin = log.end("job").toCompletableFuture().join();
            insert(writer, "job:1", 1, 1, 5);
            insert(writer, "other:1", 1, 1, 2);
            insert(writer, "job", 1, 1, 2);
            List<Entry> all = read(log, begin).entries();
            assertThat(names(all)).containsExactly("job:1@1", "job:1@2", "job:1@3", "job:1@4", "job:1@5");
            for (int i = 0; i < all.size(); i++) {
                assertThat(read(log, all.get(i).position()).entries()).isEqualTo(all.subList(i + 1, all.size()));
            }
        }
    }

    @Test
    void whoStandsBeforeWhatRetentionDeletedIsTold() throws Exception {
        StorageSettings settings = TestServer.fresh();
        try (Storage storage = Storage.open(settings);
                Connection writer = PostgresUrl.patientDataSource(settings).getConnection()) {
            FamilyLog log = storage.families();
            log.keep("job").toCompletableFuture().join();
            CommitPosition begin = log.end("job").toCompletableFuture().join();
            for (int row = 1; row <= 5; row++) {
                insert(writer, "job:1", row, row, 1);
                insert(writer, "job:2", row, row, 1);
            }
            List<Entry> all = read(log, begin).entries();
            storage.journal()
                    .delete(ChannelName.of("job:1"), 3, 3, 100)
                    .toCompletableFuture()
                    .join();
            Page gone = read(log, begin);
            assertThat(gone.complete()).isFalse();
            assertThat(gone.entries()).isEmpty();
            CommitPosition third = all.get(4).position();
            assertThat(names(all.subList(4, 5))).containsExactly("job:1@3");
            assertThat(gone.oldest()).isEqualTo(third);
            assertThat(read(log, all.get(3).position()).complete()).isFalse();
            assertThat(read(log, third).complete()).isTrue();
            assertThat(read(log, third).entries()).isEqualTo(all.subList(5, 10));
        }
    }

    @Test
    void keepingAFamilyAgainChangesNothing() {
        StorageSettings settings = TestServer.fresh();
        try (Storage storage = Storage.open(settings)) {
            FamilyLog log = storage.families();
            assertThat(log.keep("job").toCompletableFuture().join()).isTrue();
            assertThat(log.keep("job").toCompletableFuture().join()).isFalse();
        }
    }

    private static List<Entry> follow(FamilyLog log, CommitPosition from, CountDownLatch over, int maxBytes) {
        List<Entry> seen = new ArrayList<>();
        CommitPosition position = from;
        while (true) {
            boolean last = over.getCount() == 0;
            Page page =
                    log.read("job", position, maxBytes).toCompletableFuture().join();
            assertThat(page.complete()).isTrue();
            for (Entry entry : page.entries()) {
                assertThat(entry.position()).isGreaterThan(position);
                position = entry.position();
                seen.add(entry);
            }
            if (last && !page.more()) {
                return seen;
            }
        }
    }

    private static Page read(FamilyLog log, CommitPosition after) {
        return log.read("job", after, 1 << 20).toCompletableFuture().join();
    }

    private static void assertChannelsInOrder(List<Entry> entries) {
        Map<ChannelName, Long> last = new HashMap<>();
        for (Entry entry : entries) {
            assertThat(entry.event().offset()).isEqualTo(last.getOrDefault(entry.channel(), 0L) + 1);
            last.put(entry.channel(), entry.event().offset());
        }
    }

    private static List<String> names(List<Entry> entries) {
        return entries.stream()
                .map(entry -> entry.channel() + "@" + entry.event().offset())
                .toList();
    }

    /** Several channels in one transaction now and then; every fifth is rolled back. */
    private static void write(StorageSettings settings, int writer, Set<String> committed) throws SQLException {
        Random random = new Random(writer);
        long[] head = new long[3];
        long[] rows = new long[3];
        try (Connection connection = PostgresUrl.patientDataSource(settings).getConnection()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < ROWS; i++) {
                long[] headBefore = head.clone();
                long[] rowsBefore = rows.clone();
                Set<String> written = new TreeSet<>();
                for (int n = random.nextInt(3); n >= 0; n--) {
                    int which = random.nextInt(3);
                    String channel = "job:" + writer + "-" + which;
                    int events = 1 + random.nextInt(4);
                    insert(connection, channel, ++rows[which], head[which] + 1, events);
                    for (int e = 0; e < events; e++) {
                        written.add(channel + "@" + ++head[which]);
                    }
                }
                if (random.nextInt(5) == 0) {
                    connection.rollback();
                    head = headBefore;
                    rows = rowsBefore;
                } else {
                    if (random.nextInt(4) == 0) {
                        try (PreparedStatement pause = connection.prepareStatement("SELECT pg_sleep(0.003)")) {
                            pause.execute();
                        }
                    }
                    connection.commit();
                    committed.addAll(written);
                }
            }
        }
    }

    private static void insert(Connection connection, String channel, long row, long first, int events)
            throws SQLException {
        byte[] payload = RecordCodec.encode(Samples.published(first, first + events - 1));
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO event_journal (persistence_id, sequence_number, writer, event_ser_id,"
                        + " event_ser_manifest, event_payload) VALUES (?, ?, 'w', 7301, '', ?)")) {
            insert.setString(1, "channel|" + channel);
            insert.setLong(2, row);
            insert.setBytes(3, payload);
            insert.executeUpdate();
        }
    }
}
