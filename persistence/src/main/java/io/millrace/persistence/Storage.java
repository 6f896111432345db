package io.millrace.persistence;

import com.typesafe.config.Config;
import io.millrace.protocol.Epoch;

/** The room's door: an open database with the schema of this version. Opened before the actor system, closed after it. */
public interface Storage extends AutoCloseable {

    /** This database's epoch: another one after a wipe or a restore. */
    Epoch epoch();

    Journal journal();

    /** The plugin settings for the actor system that writes to this database; to be put before {@code reference.conf}. */
    Config pluginConfig();

    /** Whether the database answers now: for readiness. */
    boolean answers();

    @Override
    void close();
}
