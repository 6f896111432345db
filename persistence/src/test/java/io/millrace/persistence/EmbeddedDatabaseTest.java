package io.millrace.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.Epoch;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDatabaseTest {
    @TempDir
    Path home;

    /** Whatever a test leaves running is stopped by one more start, as in life. */
    @AfterEach
    void nothingStaysBehind() {
        EmbeddedDatabase.start(home, 0).close();
    }

    @Test
    void dataAndEpochOutliveARestart() {
        Epoch before;
        try (EmbeddedDatabase database = EmbeddedDatabase.start(home, 0);
                Storage storage = Storage.open(settings(database))) {
            before = storage.epoch();
        }
        try (EmbeddedDatabase database = EmbeddedDatabase.start(home, 0);
                Storage storage = Storage.open(settings(database))) {
            assertThat(storage.epoch()).isEqualTo(before);
        }
    }

    @Test
    void whatItCommitsIsOnDiskAndOnlyThisMachineHearsIt() throws SQLException {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(home, 0)) {
            assertThat(shown(database, "fsync")).isEqualTo("on");
            assertThat(shown(database, "synchronous_commit")).isEqualTo("on");
            assertThat(shown(database, "full_page_writes")).isEqualTo("on");
            assertThat(shown(database, "listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(shown(database, "max_connections")).isEqualTo("100");
        }
    }

    @Test
    void aWrongPasswordIsRefused() {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(home, 0)) {
            StorageSettings wrong = TestServer.defaults().at(database.jdbcUrl(), database.user(), "wrong");
            assertThatThrownBy(() -> TestServer.execute(wrong, "SELECT 1")).hasMessageContaining("password");
        }
    }

    @Test
    void aSecondProductOnTheSameFolderIsRefused() {
        try (EmbeddedDatabase first = EmbeddedDatabase.start(home, 0)) {
            assertThatThrownBy(() -> EmbeddedDatabase.start(home, 0)).hasMessageContaining("another Millrace uses");
            TestServer.execute(settings(first), "SELECT 1");
        }
    }

    /** The first product is another JVM, killed as by kill -9; its server really goes on running. */
    @Test
    void whatAKilledProductLeftRunningIsStoppedAndItsDataIsThere() throws Exception {
        EmbeddedDatabase.start(home, 0).close();
        Process product = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Leaver.class.getName(),
                        home.toString())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("leaver.log").toFile())
                .start();
        try {
            assertThat(product.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            product.destroyForcibly();
        }
        ProcessHandle orphan = postmaster();
        assertThat(orphan.isAlive()).isTrue();

        try (EmbeddedDatabase database = EmbeddedDatabase.start(home, 0)) {
            assertThat(postmaster().pid()).isNotEqualTo(orphan.pid());
            // where nobody waits for orphans the ended process stays in the table, but it has no program any more
            Awaitility.await().until(() -> orphan.info().command().isEmpty());
            assertThat(value(database, "SELECT n FROM left_behind")).isEqualTo("42");
        }
    }

    @Test
    void aPidFileThatNamesSomebodyElsesProcessIsNoHindrance() throws Exception {
        EmbeddedDatabase.start(home, 0).close();
        long self = ProcessHandle.current().pid();
        Files.writeString(home.resolve("data/postmaster.pid"), self + "\n" + home.resolve("data") + "\n0\n1\n\n\n");
        EmbeddedDatabase.start(home, 0).close();
        assertThat(new File(home.toFile(), "data/postmaster.pid")).doesNotExist();
    }

    private ProcessHandle postmaster() throws Exception {
        String pid =
                Files.readAllLines(home.resolve("data/postmaster.pid")).get(0).strip();
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    private static StorageSettings settings(EmbeddedDatabase database) {
        return TestServer.defaults().at(database.jdbcUrl(), database.user(), database.password());
    }

    private static String shown(EmbeddedDatabase database, String setting) throws SQLException {
        return value(database, "SHOW " + setting);
    }

    private static String value(EmbeddedDatabase database, String sql) throws SQLException {
        try (Connection connection = PostgresUrl.dataSource(settings(database)).getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /** A product that commits something and is gone without a word. */
    static final class Leaver {
        private Leaver() {}

        public static void main(String[] arguments) {
            EmbeddedDatabase database = EmbeddedDatabase.start(Path.of(arguments[0]), 0);
            TestServer.execute(settings(database), "CREATE TABLE left_behind AS SELECT 42 AS n");
            Runtime.getRuntime().halt(137);
        }
    }
}
