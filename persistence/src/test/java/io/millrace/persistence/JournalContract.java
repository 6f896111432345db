package io.millrace.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.persistence.ChannelRecord.Trimmed;
import io.millrace.persistence.Journal.Bounds;
import io.millrace.persistence.Journal.KeptSince;
import io.millrace.persistence.Journal.Page;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Event;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database under a {@link Journal} must do. */
abstract class JournalContract {
    private static final int MUCH = 1 << 30;
    private static final ChannelName CHANNEL = ChannelName.of("job:1");

    private StorageSettings settings;
    private Storage storage;
    private Journal journal;

    abstract StorageSettings freshDatabase();

    @BeforeEach
    void open() {
        settings = freshDatabase();
        storage = Storage.open(settings);
        journal = storage.journal();
    }

    @AfterEach
    void close() {
        storage.close();
    }

    @Test
    void aChannelNeverWrittenHasHeadZero() {
        assertThat(now(journal.bounds(CHANNEL))).isEqualTo(new Bounds(0, 1));
        assertThat(read(0, 10)).isEqualTo(new Page(List.of(), new Bounds(0, 1)));
    }

    @Test
    void aChannelReadsFromAnyPosition() {
        writeRows(CHANNEL, 7, 23);
        for (int after = 0; after <= 161; after++) {
            assertThat(read(after, 161).events()).isEqualTo(Samples.events(after + 1, 161));
        }
    }

    @Test
    void aPageEndsWhereItWasAskedTo() {
        writeRows(CHANNEL, 7, 23);
        assertThat(read(10, 40).events()).isEqualTo(Samples.events(11, 40));
        assertThat(read(10, 10).events()).isEmpty();
        assertThat(read(10, Long.MAX_VALUE).events()).isEqualTo(Samples.events(11, 161));
        assertThat(read(500, 600)).isEqualTo(new Page(List.of(), new Bounds(161, 1)));
    }

    @Test
    void aPageHoldsAsManyBytesAsAllowedButAtLeastOneEvent() {
        String large = "\"" + "x".repeat(998) + "\"";
        for (int i = 1; i <= 20; i++) {
            write(CHANNEL, i, new ChannelRecord.Published(List.of(Samples.event(i, large)), Samples.WRITE));
        }
        assertThat(now(journal.read(CHANNEL, 0, 20, 3_500)).events()).hasSize(3);
        assertThat(now(journal.read(CHANNEL, 4, 20, 1)).events())
                .extracting(Event::offset)
                .containsExactly(5L);
        assertThat(now(journal.read(CHANNEL, 0, 20, MUCH)).events()).hasSize(20);
    }

    @Test
    void channelsWithLikeNamesDoNotMix() {
        write(CHANNEL, 1, Samples.published(1, 3));
        write(ChannelName.of("job:10"), 1, Samples.published(1, 5));
        assertThat(now(journal.bounds(CHANNEL)).head()).isEqualTo(3);
        assertThat(read(0, 10).events()).hasSize(3);
    }

    @Test
    void theLongestNameHasRoom() {
        ChannelName longest = ChannelName.of("x".repeat(ChannelName.MAX_LENGTH));
        write(longest, 1, Samples.published(1, 3));
        assertThat(now(journal.bounds(longest)).head()).isEqualTo(3);
    }

    @Test
    void trimmedRowsHoldNoEventsButKnowTheHead() {
        write(CHANNEL, 1, Samples.published(1, 5));
        write(CHANNEL, 2, new Trimmed(5, 5));
        assertThat(now(journal.bounds(CHANNEL))).isEqualTo(new Bounds(5, 1));
        assertThat(now(journal.delete(CHANNEL, 5, 2, 100))).isEqualTo(1);
        assertThat(now(journal.bounds(CHANNEL))).isEqualTo(new Bounds(5, 6));
        assertThat(read(3, 5)).isEqualTo(new Page(List.of(), new Bounds(5, 6)));
        assertThat(read(5, 9)).isEqualTo(new Page(List.of(), new Bounds(5, 6)));
        write(CHANNEL, 3, Samples.published(6, 8));
        assertThat(read(5, 9).events()).isEqualTo(Samples.events(6, 8));
    }

    @Test
    void whatWasDeletedIsSaidAndNotSkipped() {
        writeRows(CHANNEL, 10, 10);
        assertThat(now(journal.delete(CHANNEL, 35, 10, 100))).isEqualTo(3);
        assertThat(now(journal.bounds(CHANNEL))).isEqualTo(new Bounds(100, 31));
        assertThat(read(12, 100)).isEqualTo(new Page(List.of(), new Bounds(100, 31)));
        assertThat(read(30, 100).events()).isEqualTo(Samples.events(31, 100));
    }

    @Test
    void deletionGoesInStepsAndSparesTheNewestRow() {
        writeRows(CHANNEL, 10, 10);
        assertThat(now(journal.delete(CHANNEL, 1_000, 1_000, 4))).isEqualTo(4);
        assertThat(now(journal.delete(CHANNEL, 1_000, 7, 4))).isEqualTo(3);
        assertThat(now(journal.delete(CHANNEL, 1_000, 7, 4))).isZero();
        assertThat(now(journal.delete(CHANNEL, 1_000, 1_000, 4))).isEqualTo(2);
        assertThat(now(journal.bounds(CHANNEL))).isEqualTo(new Bounds(100, 91));
    }

    /** The plugin's own reading gave 600 of these 1,900 events and no error. */
    @Test
    void aHoleWiderThanAPageIsNeverReadOver() {
        for (int i = 1; i <= 3_000; i++) {
            batch.add(Samples.published(i, i));
        }
        writeBatch(CHANNEL);
        TestServer.execute(settings, "DELETE FROM event_journal WHERE first_offset BETWEEN 601 AND 1700");

        Page before = read(0, 3_000);
        assertThat(before.events()).isEqualTo(Samples.events(1, 600));
        assertThat(before.bounds().head()).isEqualTo(3_000);
        assertThat(read(600, 3_000)).isEqualTo(new Page(List.of(), new Bounds(3_000, 1_701)));
        assertThat(read(1_000, 3_000)).isEqualTo(new Page(List.of(), new Bounds(3_000, 1_701)));
        assertThat(read(1_700, 3_000).events()).isEqualTo(Samples.events(1_701, 3_000));
    }

    @Test
    void aHoleInsideAPageEndsIt() {
        writeRows(CHANNEL, 10, 10);
        TestServer.execute(settings, "DELETE FROM event_journal WHERE sequence_number = 5");
        assertThat(read(0, 100).events()).isEqualTo(Samples.events(1, 40));
        assertThat(read(40, 100)).isEqualTo(new Page(List.of(), new Bounds(100, 51)));
    }

    @Test
    void anOffsetIsFoundByTime() {
        writeRows(CHANNEL, 12, 7);
        for (long millis = Samples.EPOCH_MILLIS - 500; millis < Samples.EPOCH_MILLIS + 10_000; millis += 250) {
            Instant time = Instant.ofEpochMilli(millis);
            long expected = Samples.events(1, 84).stream()
                    .filter(event -> event.time().isBefore(time))
                    .mapToLong(Event::offset)
                    .max()
                    .orElse(0);
            assertThat(now(journal.offsetBefore(CHANNEL, time)))
                    .as("at " + millis)
                    .isEqualTo(expected);
        }
    }

    @Test
    void ofDeletedEventsNoneIsFoundByTime() {
        writeRows(CHANNEL, 12, 7);
        now(journal.delete(CHANNEL, 50, 100, 100));
        assertThat(now(journal.offsetBefore(CHANNEL, Instant.ofEpochMilli(Samples.EPOCH_MILLIS + 1_000))))
                .isZero();
        assertThat(now(journal.offsetBefore(CHANNEL, Instant.now()))).isEqualTo(84);
        assertThat(now(journal.offsetBefore(ChannelName.of("never"), Instant.now())))
                .isZero();
    }

    @Test
    void channelsAreListedPageByPageInOrder() {
        List<String> names = List.of("B", "a", "a-b", "a:1", "a_b", "ab");
        List<String> sorted = names.stream().sorted().toList();
        for (String name : names) {
            writeRows(ChannelName.of(name), 3, 2);
        }
        TestServer.execute(
                settings,
                "INSERT INTO event_journal (persistence_id, sequence_number, writer, event_ser_id, event_ser_manifest,"
                        + " event_payload) VALUES ('session|x', 1, 'w', 4, 'm', '\\x0101')");
        List<String> found = new ArrayList<>();
        for (String after = ""; ; after = found.get(found.size() - 1)) {
            List<KeptSince> page = now(journal.channels(after, 4));
            page.forEach(each -> found.add(each.channel().value()));
            if (page.size() < 4) {
                break;
            }
        }
        assertThat(found).isEqualTo(sorted);
        KeptSince first = now(journal.channels("", 1)).get(0);
        assertThat(first)
                .isEqualTo(new KeptSince(ChannelName.of("B"), Samples.event(1).time(), 3));
    }

    @Test
    void aSecondRowForTheSameOffsetOrNumberIsRefused() {
        writeRows(CHANNEL, 3, 10);
        assertThatThrownBy(() -> write(CHANNEL, 3, Samples.published(31, 40))).hasMessageContaining("duplicate key");
        assertThatThrownBy(() -> write(CHANNEL, 4, Samples.published(21, 30))).hasMessageContaining("duplicate key");
    }

    @Test
    void aRowThatDoesNotContinueTheOneBeforeIsRefused() {
        writeRows(CHANNEL, 3, 10);
        assertThatThrownBy(() -> write(CHANNEL, 4, Samples.published(32, 40)))
                .hasMessageContaining("begins at offset 32, expected 31");
        assertThatThrownBy(() -> write(CHANNEL, 5, Samples.published(31, 40))).hasMessageContaining("a row before it");
        assertThatThrownBy(() -> write(CHANNEL, 4, new Trimmed(5, 29))).hasMessageContaining("expected 31");
        assertThatThrownBy(() -> write(ChannelName.of("new"), 1, Samples.published(2, 2)))
                .hasMessageContaining("expected 1");
        write(CHANNEL, 4, new Trimmed(5, 30));
        write(CHANNEL, 5, Samples.published(31, 31));
    }

    @Test
    void anEndedStreamIsCompleteAndStaysSoWhenItIsTrimmed() {
        write(CHANNEL, 1, Samples.published(1, 3));
        assertThat(now(journal.bounds(CHANNEL)).complete()).isFalse();
        write(CHANNEL, 2, Samples.ended(4, 6));
        assertThat(now(journal.bounds(CHANNEL))).isEqualTo(new Bounds(6, 1, true));
        assertThat(read(3, 9).events()).isEqualTo(Samples.ended(4, 6).events());
        assertThat(read(3, 9).bounds().complete()).isTrue();
        write(CHANNEL, 3, new Trimmed(6, 6, true));
        assertThat(now(journal.delete(CHANNEL, 6, 3, 100))).isEqualTo(2);
        assertThat(now(journal.bounds(CHANNEL))).isEqualTo(new Bounds(6, 7, true));
        assertThat(read(0, 6)).isEqualTo(new Page(List.of(), new Bounds(6, 7, true)));
    }

    @Test
    void nothingIsWrittenAfterAnEnd() {
        write(CHANNEL, 1, Samples.ended(1, 2));
        assertThatThrownBy(() -> write(CHANNEL, 2, Samples.published(3, 3)))
                .hasMessageContaining("comes after the end of the stream");
        assertThatThrownBy(() -> write(CHANNEL, 2, Samples.ended(3, 3))).hasMessageContaining("after the end");
        assertThatThrownBy(() -> write(CHANNEL, 2, new Trimmed(1, 2))).hasMessageContaining("after the end");
        write(CHANNEL, 2, new Trimmed(1, 2, true));
        assertThatThrownBy(() -> write(CHANNEL, 3, Samples.published(3, 3))).hasMessageContaining("after the end");
    }

    @Test
    void whatACommandCameToIsReadAsAllEvents() {
        write(CHANNEL, 1, Samples.published(1, 3));
        write(CHANNEL, 2, Samples.executed(4, 6, "1"));
        write(CHANNEL, 3, Samples.published(7, 30));
        assertThat(read(2, 30).events()).isEqualTo(Samples.events(3, 30));
        assertThat(now(journal.offsetBefore(CHANNEL, Samples.event(10).time()))).isEqualTo(9);
        assertThat(now(journal.delete(CHANNEL, 6, 3, 100))).isEqualTo(2);
        assertThat(now(journal.bounds(CHANNEL))).isEqualTo(new Bounds(30, 7));
    }

    @Test
    void aCorruptRowIsNamed() {
        writeRows(CHANNEL, 3, 10);
        TestServer.execute(
                settings,
                "UPDATE event_journal SET event_payload = substring(event_payload FROM 1 FOR 100)"
                        + " WHERE sequence_number = 2");
        assertThatThrownBy(() -> read(0, 30))
                .hasRootCauseInstanceOf(CorruptRecord.class)
                .hasMessageContaining("row 2 of channel|job:1");
        assertThat(read(0, 10).events()).hasSize(10);
    }

    @Test
    void readsAgreeWithAModel() {
        for (long seed = 1; seed <= 8; seed++) {
            ChannelName channel = ChannelName.of("model:" + seed);
            Random random = new Random(seed);
            new JournalModel(random, channel).play(this::write, journal, "seed " + seed);
        }
    }

    private final List<ChannelRecord> batch = new ArrayList<>();

    private void writeRows(ChannelName channel, int rows, int eventsInEach) {
        for (int i = 0; i < rows; i++) {
            batch.add(Samples.published(i * (long) eventsInEach + 1, (i + 1L) * eventsInEach));
        }
        writeBatch(channel);
    }

    private void writeBatch(ChannelName channel) {
        List<ChannelRecord> records = List.copyOf(batch);
        batch.clear();
        insert(channel, 1, records);
    }

    private void write(ChannelName channel, long sequenceNr, ChannelRecord record) {
        insert(channel, sequenceNr, List.of(record));
    }

    private void insert(ChannelName channel, long firstNumber, List<ChannelRecord> records) {
        try (Connection connection = PostgresUrl.dataSource(settings).getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO event_journal (persistence_id, sequence_number, writer, write_timestamp,"
                                + " event_ser_id, event_ser_manifest, event_payload) VALUES (?, ?, 'test', 0, ?, 'P1', ?)")) {
            for (int i = 0; i < records.size(); i++) {
                insert.setString(1, PersistenceIds.persistenceId(channel));
                insert.setLong(2, firstNumber + i);
                insert.setInt(3, RecordSerializer.IDENTIFIER);
                insert.setBytes(4, RecordCodec.encode(records.get(i)));
                insert.addBatch();
            }
            insert.executeBatch();
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private Page read(long after, long upTo) {
        return now(journal.read(CHANNEL, after, upTo, MUCH));
    }

    static <T> T now(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(String.valueOf(e.getMessage()), e);
        }
    }
}
