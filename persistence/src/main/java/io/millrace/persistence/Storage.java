package io.millrace.persistence;

import com.typesafe.config.Config;
import io.millrace.protocol.Epoch;

/** The room's door: an open database with the schema of this version. Opened before the actor system, closed after it. */
public interface Storage extends AutoCloseable {

    /**
     * Connects, brings the schema to this version, and settles the epoch. Any number of nodes may do so at the same time
     * on the same empty database: one works, the others wait and find it done.
     *
     * @throws JournalUnavailable if the database can't be reached in the connect timeout, or its schema can't be made
     */
    static Storage open(StorageSettings settings) {
        return PostgresStorage.open(settings);
    }

    /**
     * Gives the database a new epoch, so that every client starts anew. For an operator who has restored a copy that
     * can't be told from the original, such as a file-system snapshot of the same server; all nodes must be down.
     *
     * @throws JournalUnavailable if the database can't be reached
     */
    static Epoch raiseEpoch(StorageSettings settings) {
        return PostgresStorage.raiseEpoch(settings);
    }

    /** This database's epoch: another one after a wipe or a restore. */
    Epoch epoch();

    /**
     * Whether the database is still in {@link #epoch()}: false once another node has found it restored, or it runs on
     * another server now. A node that sees false must start again, since its clients' positions mean nothing any more.
     * Blocks for at most the query timeout.
     *
     * @throws JournalUnavailable if the database doesn't answer
     */
    default boolean epochHolds() {
        return true;
    }

    Journal journal();

    Revocations revocations();

    FamilyLog families();

    /** How this database is reached, for sessions beside the pools. */
    StorageSettings settings();

    /** The plugin settings for the actor system that writes to this database; to be put before {@code reference.conf}. */
    Config pluginConfig();

    /** Whether the database answers now: for readiness. Blocks for at most two seconds and some. */
    boolean answers();

    @Override
    void close();
}
