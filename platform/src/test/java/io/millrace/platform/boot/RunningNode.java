package io.millrace.platform.boot;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.millrace.persistence.EmbeddedDatabase;
import io.millrace.persistence.Journal;
import io.millrace.persistence.Storage;
import io.millrace.persistence.StorageSettings;
import io.millrace.platform.access.Grant;
import io.millrace.platform.access.Login;
import io.millrace.platform.access.TokenMint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** The product as production starts it, on its own PostgreSQL; one for all tests of the run that ask for it. */
final class RunningNode implements AutoCloseable {
    private static final String SECRET = "a secret of at least thirty-two bytes for tests";
    private static final Config SETTINGS = ConfigFactory.parseString(
                    """
            millrace {
              http { port = 0, admin-port = 0, admin-login = off }
              drain { spread = 100ms, grace = 1s }
              access {
                issuer = "doors"
                keys = [ { kid = "k", algorithm = "HS256", secret = "%s" } ]
                leeway = 0s
                allowed-origins = [ "https://app.example.com" ]
              }
              connection { gzip = on, sse-heartbeat = 500ms, websocket-ping = 20s, limits { messages-per-second = 10, message-burst = 25 } }
              families {
                tiny { event-bytes = 1 KiB }
                mood { class = ephemeral, rate { events = 1000, per = 1s } }
                price { class = latest, rate { events = 1, per = 1s } }
                ticks { slow-client = latest }
                strict { slow-client = disconnect }
                slow { rate { events = 2, per = 20s } }
                fair { publisher-rate { events = 3, per = 30s } }
                room { presence = on }
                authz { presence = on }
                boards { behaviour = keyed }
                docs { behaviour = document }
                counters { behaviour = test-counter }
              }
              edge { websocket.login-timeout = 2s, stream-channels = 3 }
              families {
                private { claims { region = area }, mask = [ { field = price, claim = role, values = [boss] } ] }
                unfiltered { filters = off }
                bursts { batch-interval = 300ms }
                wild { wildcard = on, retention.max-events = 50 }
              }
            }
            """
                            .formatted(SECRET))
            .withFallback(ConfigFactory.parseResources("presets.conf"));

    private final Path folder;
    private final EmbeddedDatabase database;
    private final Storage storage;
    private final Node node;

    private RunningNode(Path folder, EmbeddedDatabase database, Storage storage, Node node) {
        this.folder = folder;
        this.database = database;
        this.storage = storage;
        this.node = node;
    }

    private static RunningNode start() {
        return start("");
    }

    /** One of its own, with more settings; the caller closes it. */
    static RunningNode start(String more) {
        try {
            Path folder = Files.createTempDirectory("millrace-doors");
            EmbeddedDatabase database = EmbeddedDatabase.start(folder.resolve("postgres"), 0);
            try (Connection shop =
                    DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password())) {
                shop.createStatement().execute("CREATE DATABASE shop");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            Config settings = Settings.load(
                    ConfigFactory.empty(),
                    ConfigFactory.parseString(more)
                            .withFallback(ingest(database))
                            .withFallback(SETTINGS),
                    Map.of());
            Storage storage = Storage.open(
                    StorageSettings.from(settings).at(database.jdbcUrl(), database.user(), database.password()));
            return new RunningNode(folder, database, storage, Node.start(settings, storage));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Events out of the journal's database by NOTIFY, and out of another one by both ways. */
    private static Config ingest(EmbeddedDatabase database) {
        return ConfigFactory.parseString(
                """
                millrace.ingest {
                  databases = [ { name = shop, url = "%s", user = "%s", password = "%s" } ]
                  outbox = [ { database = shop, channels = ["doors:*", "slow:*", "tiny:*"] } ]
                  notify = [
                    { listen = strategy_ready, channel = "doors:strategy:{id}", type = "strategy.ready", key = version }
                    { database = shop, listen = "phase.changed", channel = "doors:phase", source = shop }
                  ]
                  poll = 200ms
                }
                """
                        .formatted(shopUrl(database), database.user(), database.password()));
    }

    private static String shopUrl(EmbeddedDatabase database) {
        return database.jdbcUrl().replaceFirst("/[^/?]+(\\?|$)", "/shop$1");
    }

    /** A session with the journal's database. */
    Connection own() throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
    }

    /** A session with the database of a service. */
    Connection shop() throws SQLException {
        return DriverManager.getConnection(shopUrl(database), database.user(), database.password());
    }

    int port() {
        return node.port();
    }

    int adminPort() {
        return node.adminPort();
    }

    Journal journal() {
        return storage.journal();
    }

    String epoch() {
        return storage.epoch().value();
    }

    /** A token that holds for ten minutes. */
    static String token(String subject, String... grants) {
        return token(subject, Instant.now().plus(Duration.ofMinutes(10)), grants);
    }

    /** A token of somebody who belongs to an entity. */
    static String entityToken(String subject, String entity, String... grants) {
        return token(subject, entity, Instant.now().plus(Duration.ofMinutes(10)), Map.of(), Clock.systemUTC(), grants);
    }

    static String token(String subject, Instant expires, String... grants) {
        return token(subject, null, expires, Map.of(), Clock.systemUTC(), grants);
    }

    static String token(String subject, Instant expires, Map<String, String> claims, String... grants) {
        return token(subject, null, expires, claims, Clock.systemUTC(), grants);
    }

    /** A token that says it was issued so much later. */
    static String tokenOfLater(String subject, Duration later, String... grants) {
        return token(
                subject,
                null,
                Instant.now().plus(Duration.ofMinutes(10)),
                Map.of(),
                Clock.offset(Clock.systemUTC(), later),
                grants);
    }

    private static String token(
            String subject,
            @Nullable String entity,
            Instant expires,
            Map<String, String> claims,
            Clock clock,
            String... grants) {
        Login login = new Login(
                subject,
                entity,
                Arrays.stream(grants).map(Grant::parse).toList(),
                expires,
                UUID.randomUUID().toString(),
                claims);
        return TokenMint.mint("doors", "k", SECRET.getBytes(StandardCharsets.UTF_8), null, login, clock);
    }

    @Override
    public void close() throws Exception {
        node.stop().toCompletableFuture().get(30, TimeUnit.SECONDS);
        storage.close();
        database.close();
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        }
    }

    /** Hands a test the node that runs, started for the first that asks and stopped after the last test of all. */
    static final class Extension implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == RunningNode.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(Namespace.GLOBAL)
                    .computeIfAbsent("running node", key -> start(), RunningNode.class);
        }
    }
}
