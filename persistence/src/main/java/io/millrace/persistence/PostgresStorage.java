package io.millrace.persistence;

import com.typesafe.config.Config;
import io.millrace.protocol.Epoch;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Storage} on a PostgreSQL server. */
final class PostgresStorage implements Storage {
    private static final Logger log = LoggerFactory.getLogger(PostgresStorage.class);
    /** Whoever holds it may change the schema or the epoch. The number is arbitrary and never changes. */
    private static final long OPENING_LOCK = 0x6D696C6C72616365L;

    private final StorageSettings settings;
    private final Epoch epoch;
    private final ReadPool reads;
    private final Journal journal;
    private final Revocations revocations;
    private final FamilyLog families;

    private PostgresStorage(StorageSettings settings, Epoch epoch, ReadPool reads) {
        this.settings = settings;
        this.epoch = epoch;
        this.reads = reads;
        this.journal = new PostgresJournal(reads);
        this.revocations = new PostgresRevocations(reads);
        this.families = new PostgresFamilyLog(reads);
    }

    static Storage open(StorageSettings settings) {
        ReadPool reads = connect(settings);
        try {
            Epoch epoch = underLock(settings, connection -> {
                migrate(PostgresUrl.patientDataSource(settings));
                return EpochLedger.settle(connection);
            });
            log.info("storage open: {}, epoch {}", settings, epoch);
            return new PostgresStorage(settings, epoch, reads);
        } catch (RuntimeException e) {
            reads.close();
            throw e;
        }
    }

    static Epoch raiseEpoch(StorageSettings settings) {
        return underLock(settings, connection -> {
            migrate(PostgresUrl.patientDataSource(settings));
            return EpochLedger.raise(connection, "raised by an operator");
        });
    }

    private static ReadPool connect(StorageSettings settings) {
        try {
            return ReadPool.open(settings);
        } catch (RuntimeException e) {
            throw new JournalUnavailable("can't connect to " + settings.url(), e);
        }
    }

    private static <T> T underLock(StorageSettings settings, ReadPool.Work<T> work) {
        try (Connection connection = PostgresUrl.patientDataSource(settings).getConnection()) {
            try (var lock = connection.prepareStatement("SELECT pg_advisory_lock(?)")) {
                lock.setLong(1, OPENING_LOCK);
                lock.execute();
            }
            // the lock goes with the connection
            return work.on(connection);
        } catch (SQLException | FlywayException e) {
            throw new JournalUnavailable("can't prepare the database at " + settings.url(), e);
        }
    }

    private static void migrate(DataSource source) {
        Flyway.configure(PostgresStorage.class.getClassLoader())
                .dataSource(source)
                .locations("classpath:db/migration")
                .table("millrace_schema_history")
                // the database may hold other tables than ours
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load()
                .migrate();
    }

    @Override
    public Epoch epoch() {
        return epoch;
    }

    @Override
    public boolean epochHolds() {
        try (Connection connection = reads.connection()) {
            return EpochLedger.holds(connection, epoch);
        } catch (SQLException e) {
            throw new JournalUnavailable("the epoch", e);
        }
    }

    @Override
    public Journal journal() {
        return journal;
    }

    @Override
    public Revocations revocations() {
        return revocations;
    }

    @Override
    public FamilyLog families() {
        return families;
    }

    @Override
    public StorageSettings settings() {
        return settings;
    }

    @Override
    public Config pluginConfig() {
        return PluginConfig.of(settings);
    }

    @Override
    public boolean answers() {
        try (Connection connection = reads.connection()) {
            return connection.isValid(2);
        } catch (SQLException e) {
            log.debug("the database doesn't answer", e);
            return false;
        }
    }

    @Override
    public void close() {
        reads.close();
    }
}
