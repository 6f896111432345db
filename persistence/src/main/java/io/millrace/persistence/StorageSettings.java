package io.millrace.persistence;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Where the database is and how patiently it is asked. Keys and defaults stand under {@code millrace.storage} in this
 * module's {@code reference.conf}.
 *
 * @param url {@code jdbc:postgresql://host:port/database}, without the password
 * @param poolSize connections of the journal plugin, for writes and recovery
 * @param readPoolSize connections for reads on behalf of clients
 * @param readQueueSize how many reads may wait for a connection; one more is refused
 * @param connectTimeout how long to wait for a connection
 * @param queryTimeout how long one statement may take
 */
public record StorageSettings(
        String url,
        String user,
        String password,
        int poolSize,
        int readPoolSize,
        int readQueueSize,
        Duration connectTimeout,
        Duration queryTimeout) {

    private static final String ROOT = "millrace.storage";
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    public StorageSettings {
        require(url.startsWith("jdbc:postgresql:"), "url", "must begin with jdbc:postgresql:");
        require(!url.contains("password="), "url", "must not hold the password, which has its own key");
        require(!user.isBlank(), "user", "must not be empty");
        require(poolSize >= 2 && poolSize <= 200, "pool-size", "must be 2 to 200");
        require(readPoolSize >= 1 && readPoolSize <= 200, "read-pool-size", "must be 1 to 200");
        require(readQueueSize >= 1 && readQueueSize <= 100_000, "read-queue-size", "must be 1 to 100000");
        require(sensible(connectTimeout), "connect-timeout", "must be 1 second to 10 minutes");
        require(sensible(queryTimeout), "query-timeout", "must be 1 second to 10 minutes");
    }

    /** Reads {@code millrace.storage} out of a resolved configuration. */
    public static StorageSettings from(Config config) {
        Config storage = config.getConfig(ROOT);
        return new StorageSettings(
                storage.getString("url"),
                storage.getString("user"),
                storage.getString("password"),
                storage.getInt("pool-size"),
                storage.getInt("read-pool-size"),
                storage.getInt("read-queue-size"),
                storage.getDuration("connect-timeout"),
                storage.getDuration("query-timeout"));
    }

    /** The same settings for another database, such as the embedded one. */
    public StorageSettings at(String otherUrl, String otherUser, String otherPassword) {
        return new StorageSettings(
                otherUrl,
                otherUser,
                otherPassword,
                poolSize,
                readPoolSize,
                readQueueSize,
                connectTimeout,
                queryTimeout);
    }

    /** A socket that has been silent for longer than any statement may take is dead. */
    Duration socketTimeout() {
        return queryTimeout.plusSeconds(5);
    }

    private static boolean sensible(Duration timeout) {
        return timeout.compareTo(SHORTEST) >= 0 && timeout.compareTo(LONGEST) <= 0;
    }

    private static void require(boolean holds, String key, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(ROOT + "." + key + " " + rule);
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "StorageSettings[url=" + url + ", user=" + user + ", password=***, poolSize=" + poolSize
                + ", readPoolSize=" + readPoolSize + ", readQueueSize=" + readQueueSize + ", connectTimeout="
                + connectTimeout + ", queryTimeout=" + queryTimeout + "]";
    }
}
