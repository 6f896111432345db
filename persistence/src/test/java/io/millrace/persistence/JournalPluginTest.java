package io.millrace.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.millrace.persistence.Journal.Bounds;
import io.millrace.protocol.ChannelName;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The real plugin writes into our schema, and what it writes is what the journal reads. */
class JournalPluginTest {
    private static final ChannelName CHANNEL = ChannelName.of("job:1");

    private StorageSettings settings;
    private Storage storage;
    private ActorTestKit kit;
    private TestProbe<Long> heads;

    @BeforeEach
    void start() {
        settings = TestServer.fresh();
        storage = Storage.open(settings);
        kit = ActorTestKit.create(
                "plugin",
                storage.pluginConfig().withFallback(ConfigFactory.load()).resolve());
        heads = kit.createTestProbe();
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
        storage.close();
    }

    @Test
    void whatAnEntityWritesIsReadAndRecovered() {
        ActorRef<TinyChannel.Publish> channel = spawn();
        heads.expectMessage(0L);
        channel.tell(new TinyChannel.Publish(3));
        heads.expectMessage(3L);
        channel.tell(new TinyChannel.Publish(100));
        heads.expectMessage(103L);

        assertThat(JournalContract.now(storage.journal().read(CHANNEL, 0, 200, 1 << 20))
                        .events())
                .isEqualTo(Samples.events(1, 103));

        kit.stop(channel);
        spawn();
        heads.expectMessage(103L);
    }

    @Test
    void anEntityGoesOnFromItsSnapshotAfterItsOldRowsWereDeleted() {
        ActorRef<TinyChannel.Publish> channel = spawn();
        heads.expectMessage(0L);
        for (long head = 1; head <= 25; head++) {
            channel.tell(new TinyChannel.Publish(1));
            heads.expectMessage(head);
        }
        awaitSnapshotAt(20);
        assertThat(JournalContract.now(storage.journal().delete(CHANNEL, 20, 20, 100)))
                .isEqualTo(20);
        kit.stop(channel);
        ActorRef<TinyChannel.Publish> next = spawn();
        heads.expectMessage(25L);
        next.tell(new TinyChannel.Publish(1));
        heads.expectMessage(26L);
        assertThat(JournalContract.now(storage.journal().bounds(CHANNEL))).isEqualTo(new Bounds(26, 21));
    }

    @Test
    void ofTwoIncarnationsOnlyOneCanCommit() {
        ActorRef<TinyChannel.Publish> one = spawn();
        heads.expectMessage(0L);
        ActorRef<TinyChannel.Publish> other = spawn();
        heads.expectMessage(0L);

        one.tell(new TinyChannel.Publish(2));
        heads.expectMessage(2L);
        other.tell(new TinyChannel.Publish(5));

        heads.expectTerminated(other);
        heads.expectNoMessage(java.time.Duration.ZERO);
        assertThat(JournalContract.now(storage.journal().bounds(CHANNEL)).head())
                .isEqualTo(2);
        one.tell(new TinyChannel.Publish(1));
        heads.expectMessage(3L);
    }

    /** Pekko's recovery stops at a wide hole without an error (trap of persistence-jdbc before 1.3.0); the trigger doesn't. */
    @Test
    void anEntityThatRecoveredOnlyUpToAHoleCannotWriteOverIt() {
        ActorRef<TinyChannel.Publish> channel = spawn();
        heads.expectMessage(0L);
        kit.stop(channel);
        TestServer.execute(settings, rows(3_000));
        TestServer.execute(settings, "DELETE FROM event_journal WHERE first_offset BETWEEN 601 AND 1700");

        ActorRef<TinyChannel.Publish> deceived = spawn();
        heads.expectMessage(600L);
        deceived.tell(new TinyChannel.Publish(1));
        heads.expectTerminated(deceived);
        assertThat(JournalContract.now(storage.journal().bounds(CHANNEL)).head())
                .isEqualTo(3_000);
    }

    /** Rows of one event each; only the head of the bytes differs from row to row, so that SQL can make them. */
    private static String rows(int count) {
        String hex = java.util.HexFormat.of().formatHex(RecordCodec.encode(Samples.published(1, 1)));
        return "INSERT INTO event_journal (persistence_id, sequence_number, writer, write_timestamp, adapter_manifest,"
                + " event_ser_id, event_ser_manifest, event_payload)"
                + " SELECT 'channel|job:1', n, 'w', 0, '', 7301, 'P1',"
                + " decode('" + hex.substring(0, 4) + "' || lpad(to_hex(n), 16, '0') || '" + hex.substring(20)
                + "', 'hex')"
                + " FROM generate_series(1, " + count + ") n";
    }

    private void awaitSnapshotAt(long number) {
        Awaitility.await().untilAsserted(() -> {
            try (var connection = PostgresUrl.dataSource(settings).getConnection();
                    var row = connection
                            .createStatement()
                            .executeQuery("SELECT coalesce(max(sequence_number), 0) FROM snapshot")) {
                row.next();
                assertThat(row.getLong(1)).isEqualTo(number);
            }
        });
    }

    private ActorRef<TinyChannel.Publish> spawn() {
        return kit.spawn(TinyChannel.create(CHANNEL, heads.ref()));
    }
}
