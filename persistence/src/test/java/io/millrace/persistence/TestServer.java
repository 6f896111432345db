package io.millrace.persistence;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** One server for all tests of this JVM, and a new database on it for each test. */
final class TestServer {
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static final Path HOME =
            Path.of("target", "pg-" + ProcessHandle.current().pid());

    private TestServer() {}

    static StorageSettings defaults() {
        return StorageSettings.from(ConfigFactory.load());
    }

    /** A new, empty database on the embedded server. */
    static StorageSettings fresh() {
        return freshOn(Embedded.SETTINGS);
    }

    static StorageSettings freshOn(StorageSettings server) {
        String name = "t" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet();
        execute(server, "CREATE DATABASE " + name);
        String url = server.url().replaceFirst("/[^/?]+(\\?|$)", "/" + name + "$1");
        return server.at(url, server.user(), server.password());
    }

    static void execute(StorageSettings settings, String sql) {
        try (Connection connection = PostgresUrl.patientDataSource(settings).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Embedded {
        static final StorageSettings SETTINGS = start();

        private static StorageSettings start() {
            EmbeddedDatabase database = EmbeddedDatabase.start(HOME, 0);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                database.close();
                try {
                    PostgresBinaries.deleteAll(HOME);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }));
            return defaults().at(database.jdbcUrl(), database.user(), database.password());
        }
    }
}
