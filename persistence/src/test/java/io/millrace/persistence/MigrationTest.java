package io.millrace.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.persistence.ChannelRecord.Trimmed;
import io.millrace.persistence.Journal.Bounds;
import io.millrace.protocol.ChannelName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** A database that an older release has written is taken over with everything in it. */
class MigrationTest {
    private static final ChannelName CHANNEL = ChannelName.of("job:1");

    @Test
    void aJournalOfVersion1GoesOnAndCanEnd() throws SQLException {
        StorageSettings settings = TestServer.fresh();
        Flyway.configure()
                .dataSource(PostgresUrl.dataSource(settings))
                .locations("classpath:db/migration")
                .table("millrace_schema_history")
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .target("1")
                .load()
                .migrate();
        insert(settings, 1, Samples.published(1, 4), "P1");
        insert(settings, 2, new Trimmed(2, 4), "T1");
        try (Storage storage = Storage.open(settings)) {
            Journal journal = storage.journal();
            assertThat(JournalContract.now(journal.bounds(CHANNEL))).isEqualTo(new Bounds(4, 1));
            insert(settings, 3, Samples.published(5, 6), "P1");
            insert(settings, 4, Samples.executed(7, 8, null), "E1");
            insert(settings, 5, Samples.ended(9, 10), "C1");
            assertThat(JournalContract.now(journal.bounds(CHANNEL))).isEqualTo(new Bounds(10, 1, true));
            assertThat(JournalContract.now(journal.read(CHANNEL, 0, 10, 1 << 20))
                            .events())
                    .hasSize(10)
                    .startsWith(Samples.event(1))
                    .contains(Samples.event(8));
        }
    }

    private static void insert(StorageSettings settings, long number, ChannelRecord record, String manifest)
            throws SQLException {
        try (Connection connection = PostgresUrl.dataSource(settings).getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO event_journal (persistence_id, sequence_number, writer, write_timestamp,"
                                + " event_ser_id, event_ser_manifest, event_payload) VALUES (?, ?, 'test', 0, ?, ?, ?)")) {
            insert.setString(1, PersistenceIds.persistenceId(CHANNEL));
            insert.setLong(2, number);
            insert.setInt(3, RecordSerializer.IDENTIFIER);
            insert.setString(4, manifest);
            insert.setBytes(5, RecordCodec.encode(record));
            insert.executeUpdate();
        }
    }
}
