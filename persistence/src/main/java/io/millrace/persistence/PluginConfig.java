package io.millrace.persistence;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What pekko-persistence-jdbc needs to know about our database, and where its defaults would do harm. The file
 * {@code millrace-journal.conf} beside this class's resources holds what is constant, with the reasons.
 */
final class PluginConfig {
    private static final String DB = "pekko-persistence-jdbc.shared-databases.slick.db.";

    private PluginConfig() {}

    static Config of(StorageSettings settings) {
        Duration call = settings.connectTimeout().plus(settings.socketTimeout());
        Map<String, Object> keys = new HashMap<>();
        keys.put(DB + "url", settings.url());
        keys.put(DB + "user", settings.user());
        keys.put(DB + "password", settings.password());
        keys.put(DB + "numThreads", settings.poolSize());
        keys.put(DB + "maxThreads", settings.poolSize());
        keys.put(DB + "maxConnections", settings.poolSize());
        keys.put(DB + "minConnections", Math.min(2, settings.poolSize()));
        keys.put(DB + "connectionTimeout", settings.connectTimeout().toMillis());
        keys.put(DB + "connectionInitSql", PostgresUrl.sessionStart(settings));
        PostgresUrl.properties(settings).forEach((name, value) -> keys.put(DB + "properties." + name, value));
        keys.put("pekko.persistence.journal-plugin-fallback.circuit-breaker.call-timeout", call);
        keys.put("pekko.persistence.snapshot-store-plugin-fallback.circuit-breaker.call-timeout", call);
        // an entity that replays for longer than this without an event gives up, and is started again with a backoff
        keys.put("pekko.persistence.journal-plugin-fallback.recovery-event-timeout", call.multipliedBy(2));
        return ConfigFactory.parseMap(keys, "millrace.storage")
                .withFallback(
                        ConfigFactory.parseResources(PluginConfig.class.getClassLoader(), "millrace-journal.conf"));
    }
}
