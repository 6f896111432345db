package io.millrace.platform.boot;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.millrace.persistence.EmbeddedDatabase;
import io.millrace.persistence.Storage;
import io.millrace.persistence.StorageSettings;
import io.millrace.platform.access.Grant;
import io.millrace.platform.access.Login;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code millrace.jar dev}: one node on the loopback with its own PostgreSQL, whose data stays in a folder, and random
 * secrets. Prints a token and two {@code curl} lines that work as they are.
 */
@Command(name = "dev", description = "Run one node on this machine, with an embedded PostgreSQL. Nothing to install.")
final class DevCommand implements Callable<Integer> {
    private static final Duration TOKEN_LIFETIME = Duration.ofDays(30);

    /** Who plays with the one token, in many tabs. */
    private static final Config EVERYBODY_IS_ONE_USER = ConfigFactory.parseMap(Map.of("millrace.limits.per-user", 0));

    @Option(names = "--http-port", description = "The public port; 0 takes a free one. Default: 8080.")
    @Nullable
    Integer httpPort;

    @Option(names = "--admin-port", description = "The admin port; 0 takes a free one. Default: 8081.")
    @Nullable
    Integer adminPort;

    @Option(names = "--data", description = "Where the data is kept. Default: ${DEFAULT-VALUE}.")
    Path data = Path.of(DevHome.DEFAULT);

    @Option(names = "--config", description = "Settings of your own for it (HOCON), such as families and aliases.")
    @Nullable
    Path config;

    @Option(
            names = "--pg",
            paramLabel = "JDBC_URL",
            description = "An external PostgreSQL instead: jdbc:postgresql://host:port/db?user=u&password=p.")
    @Nullable
    String pg;

    @Option(
            names = "--join",
            description = "Join the node that runs on the same --data: one more node on its database and its secrets.")
    boolean join;

    @Option(names = "--demo", description = "Publish this machine's figures once a second.")
    boolean demo;

    @Override
    public Integer call() {
        DevHome home = new DevHome(data);
        Config commandLine = ConfigFactory.parseMap(said());
        Config folder = join ? home.running().withFallback(home.existingAccess()) : home.access();
        Config behind = EVERYBODY_IS_ONE_USER.withFallback(folder);
        Config file = config == null ? behind : Settings.file(config).withFallback(behind);
        Config settings = Settings.load(commandLine, file, System.getenv());
        Lifetime lifetime = new Lifetime();
        StorageSettings storageSettings = storage(StorageSettings.from(settings), home, lifetime);
        Storage storage = Storage.open(storageSettings);
        lifetime.closesLast(storage);
        Node node = lifetime.runs(() -> Node.start(settings, storage));
        if (!join) {
            home.isRunning(storageSettings, node.clusterAddress());
        }
        String token = token(settings);
        greet(node, token, storageSettings);
        Supplier<String> once = Once.of(() -> {
            Demo publishing = Demo.start(node.port(), token);
            lifetime.closesLast(publishing);
            return publishing.channel();
        });
        node.offersDemo(once);
        if (demo) {
            System.out.println("demo: publishing this machine's figures to " + once.get());
        }
        return lifetime.untilStopped(node);
    }

    private Map<String, Object> said() {
        Map<String, Object> said = new HashMap<>();
        said.put("millrace.http.admin-login", false);
        if (httpPort != null) {
            said.put("millrace.http.port", httpPort);
        }
        if (adminPort != null) {
            said.put("millrace.http.admin-port", adminPort);
        }
        return said;
    }

    private StorageSettings storage(StorageSettings defaults, DevHome home, Lifetime lifetime) {
        if (pg != null) {
            return new PostgresAddress(pg).of(defaults);
        }
        if (join) {
            return defaults;
        }
        EmbeddedDatabase database = EmbeddedDatabase.start(home.database(), 0);
        lifetime.closesLast(database);
        return defaults.at(database.jdbcUrl(), database.user(), database.password());
    }

    private static String token(Config settings) {
        Login login = new Login(
                "dev",
                null,
                List.of(Grant.parse("*:subscribe,publish,history,presence,admin")),
                Clock.systemUTC().instant().plus(TOKEN_LIFETIME),
                "dev",
                Map.of());
        return TokenCommand.mint(settings, login, Clock.systemUTC());
    }

    private void greet(Node node, String token, StorageSettings storage) {
        String url = "http://127.0.0.1:" + node.port();
        String greeting =
                """

                DEV MODE: one node on this machine only, secrets made up at random, tokens allowed in addresses.
                Not for production: use `millrace.jar node --config FILE` there.

                  events    %s
                  admin     http://127.0.0.1:%d/readyz  /metrics  /stats
                  console   http://127.0.0.1:%d/console/
                  database  %s
                  data      %s
                  token     %s

                Listen:
                  curl -N -H 'Authorization: Bearer %s' %s/v1/channels/hello/events

                Publish:
                  curl -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '{"type":"greeting","data":{"text":"hello"}}' %s/v1/channels/hello/events
                """
                        .formatted(
                                url,
                                node.adminPort(),
                                node.adminPort(),
                                storage.url(),
                                data.toAbsolutePath().normalize(),
                                token,
                                token,
                                url,
                                token,
                                url);
        System.out.println(greeting);
        System.out.println("ready " + url);
        System.out.flush();
    }
}
