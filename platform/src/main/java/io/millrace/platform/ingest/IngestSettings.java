package io.millrace.platform.ingest;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.millrace.persistence.StorageSettings;
import io.millrace.platform.access.ChannelPattern;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.EventType;
import io.millrace.protocol.InvalidInput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What comes in from databases. Keys and defaults stand under {@code millrace.ingest}.
 *
 * @param databases those named here; {@link #OWN} is the journal's and never among them
 * @param calls what becomes of what databases call out
 * @param poll how often an outbox is looked at where nobody calls, and a lock is tried again
 * @param batch rows of an outbox at once
 * @param giveUpAfter how long a notification that can't be published is tried again
 */
public record IngestSettings(
        Map<String, Database> databases,
        List<Notify> calls,
        List<OutboxTable> outbox,
        Duration poll,
        int batch,
        Duration giveUpAfter) {
    /** The database that the journal is in. */
    static final String OWN = "own";

    private static final String ROOT = "millrace.ingest.";
    private static final int MAX_LISTEN = 63;

    public IngestSettings {
        databases = Map.copyOf(databases);
        calls = List.copyOf(calls);
        outbox = List.copyOf(outbox);
        require(poll.toMillis() >= 100 && poll.toSeconds() <= 10, "poll", "100ms to 10s");
        require(batch >= 1 && batch <= 1000, "batch", "1 to 1000");
        require(giveUpAfter.toMillis() >= 1000, "give-up-after", "1s or more");
        for (Notify each : calls) {
            require(knows(databases, each.database), "notify", "no database is called " + each.database);
        }
        Set<String> drained = new HashSet<>();
        for (OutboxTable each : outbox) {
            require(knows(databases, each.database), "outbox", "no database is called " + each.database);
            require(drained.add(each.database), "outbox", "a database has one outbox: " + each.database);
        }
    }

    /** Where a database is. */
    record Database(String url, String user, String password) {
        /** Without the password. */
        @Override
        public String toString() {
            return "Database[url=" + url + ", user=" + user + "]";
        }

        StorageSettings on(StorageSettings own) {
            return own.at(url, user, password);
        }
    }

    /**
     * What becomes of what a database calls out.
     *
     * @param listen the name that is called, as in {@code NOTIFY name}
     * @param key the field that names the event, so that two that tell the same are one
     */
    record Notify(
            String database,
            String listen,
            Template channel,
            Template type,
            @Nullable String source,
            @Nullable String key) {}

    /**
     * @param create whether the table is made where there is none
     * @param channels those that its rows may name
     */
    record OutboxTable(String database, boolean create, List<ChannelPattern> channels) {}

    /** Reads {@code millrace.ingest}. */
    public static IngestSettings from(Config ingest) {
        Map<String, Database> databases = new HashMap<>();
        each(ingest, "databases", IngestSettings::database).forEach(databases::putAll);
        return new IngestSettings(
                databases,
                each(ingest, "notify", IngestSettings::notification),
                each(ingest, "outbox", IngestSettings::outbox),
                ingest.getDuration("poll"),
                ingest.getInt("batch"),
                ingest.getDuration("give-up-after"));
    }

    /** How a database is reached: as the journal's, but for its place. */
    StorageSettings reach(String database, StorageSettings own) {
        Database other = databases.get(database);
        return other == null ? own : other.on(own);
    }

    private static Map<String, Database> database(Config entry) {
        know(entry, Set.of("name", "url", "user", "password"));
        String name = entry.getString("name");
        if (name.isBlank() || name.equals(OWN)) {
            throw new InvalidInput("name", "any but \"own\", which is the journal's database");
        }
        String url = entry.getString("url");
        if (!url.startsWith("jdbc:postgresql:") || url.contains("password=")) {
            throw new InvalidInput("url", "begins with jdbc:postgresql: and doesn't hold the password");
        }
        return Map.of(name, new Database(url, entry.getString("user"), optional(entry, "password", "")));
    }

    private static Notify notification(Config entry) {
        know(entry, Set.of("database", "listen", "channel", "type", "source", "key"));
        String listen = entry.getString("listen");
        if (listen.isEmpty() || listen.length() > MAX_LISTEN) {
            throw new InvalidInput("listen", "1 to 63 characters");
        }
        Template channel = new Template(entry.getString("channel"));
        Template type = new Template(optional(entry, "type", listen));
        ChannelName.of(channel.sample());
        EventType.of(type.sample());
        return new Notify(
                optional(entry, "database", OWN),
                listen,
                channel,
                type,
                entry.hasPath("source") ? entry.getString("source") : null,
                entry.hasPath("key") ? entry.getString("key") : null);
    }

    private static OutboxTable outbox(Config entry) {
        know(entry, Set.of("database", "create", "channels"));
        List<ChannelPattern> channels = entry.hasPath("channels")
                ? entry.getStringList("channels").stream()
                        .map(ChannelPattern::new)
                        .toList()
                : List.of(ChannelPattern.ALL);
        return new OutboxTable(
                optional(entry, "database", OWN), !entry.hasPath("create") || entry.getBoolean("create"), channels);
    }

    private static <T> List<T> each(Config ingest, String list, Function<Config, T> read) {
        List<T> all = new ArrayList<>();
        for (Config entry : ingest.getConfigList(list)) {
            try {
                all.add(read.apply(entry));
            } catch (InvalidInput | ConfigException wrong) {
                throw new IllegalArgumentException(ROOT + list + "[" + all.size() + "]: " + wrong.getMessage(), wrong);
            }
        }
        return all;
    }

    private static void know(Config entry, Set<String> keys) {
        for (String key : entry.root().keySet()) {
            if (!keys.contains(key)) {
                throw new InvalidInput(
                        key,
                        "unknown; there are "
                                + String.join(", ", keys.stream().sorted().toList()));
            }
        }
    }

    private static String optional(Config entry, String key, String otherwise) {
        return entry.hasPath(key) ? entry.getString(key) : otherwise;
    }

    private static boolean knows(Map<String, Database> databases, String name) {
        return name.equals(OWN) || databases.containsKey(name);
    }

    private static void require(boolean holds, String key, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(ROOT + key + ": " + rule);
        }
    }
}
