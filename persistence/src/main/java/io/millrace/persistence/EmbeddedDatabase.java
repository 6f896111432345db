package io.millrace.persistence;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL beside the product, for {@code dev}: durable settings, loopback only, a random password, its data kept
 * in a folder between starts. What an earlier run left behind by a crash is recovered by the next start; a second live
 * product on the same folder is refused.
 *
 * <p>There is no shutdown hook: it would stop the server under channels that are still writing. Whoever starts it closes
 * it, after the actor system.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final String NAME = "millrace";

    private final Path data;
    private final int port;
    private final String password;
    private final PostgresPrograms programs;
    private final FileChannel lock;

    private EmbeddedDatabase(Path data, int port, String password, PostgresPrograms programs, FileChannel lock) {
        this.data = data;
        this.port = port;
        this.password = password;
        this.programs = programs;
        this.lock = lock;
    }

    /**
     * Starts the server, and makes its data first where there is none.
     *
     * @param dataDir the folder that holds everything, programs included; made where it doesn't exist
     * @param port 0 for any free one
     * @throws IllegalStateException if another product uses the folder now, or the server can't be started
     */
    public static EmbeddedDatabase start(Path dataDir, int port) {
        try {
            Path home = Files.createDirectories(dataDir).toRealPath();
            FileChannel lock = lock(home);
            try {
                return startLocked(home, port, lock);
            } catch (IOException | SQLException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException | SQLException e) {
            throw new IllegalStateException(
                    "can't start the embedded database in " + dataDir + ": " + e.getMessage(), e);
        }
    }

    private static EmbeddedDatabase startLocked(Path home, int port, FileChannel lock)
            throws IOException, SQLException {
        PostgresPrograms programs = new PostgresPrograms(PostgresBinaries.in(home), home.resolve("last-command.log"));
        Path data = home.resolve("data");
        String password = password(home);
        if (!Files.exists(data)) {
            create(programs, home, data);
        }
        stopOrphan(programs, home, data);
        int actual = port == 0 ? freePort() : port;
        EmbeddedDatabase database = new EmbeddedDatabase(data, actual, password, programs, lock);
        database.run(home.resolve("server.log"));
        database.createDatabase();
        log.info("embedded database in {} listens on {}:{}", home, LOOPBACK, actual);
        return database;
    }

    /** Without credentials; see {@link #user} and {@link #password}. */
    public String jdbcUrl() {
        return "jdbc:postgresql://" + LOOPBACK + ":" + port + "/" + NAME;
    }

    public String user() {
        return NAME;
    }

    /** Drawn at random when the data was made; kept beside it in a file that only its owner may read. */
    public String password() {
        return password;
    }

    public int port() {
        return port;
    }

    /** Lets running transactions go, writes everything to disk and ends the server; does nothing the second time. */
    @Override
    public void close() {
        if (!lock.isOpen()) {
            return;
        }
        try (lock) {
            programs.run("pg_ctl", "stop", "-w", "-t", "60", "-m", "fast", "-D", data.toString());
        } catch (IOException e) {
            log.error("the embedded database in {} didn't stop cleanly; it recovers at the next start", data, e);
        }
    }

    private static FileChannel lock(Path home) throws IOException {
        FileChannel channel =
                FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            log.debug("locked by this same process", e);
        }
        channel.close();
        throw new IllegalStateException(
                "another Millrace uses the folder " + home + " now; stop it, or use another folder");
    }

    private static void create(PostgresPrograms programs, Path home, Path data) throws IOException {
        Path partial = home.resolve("data.partial");
        PostgresBinaries.deleteAll(partial);
        programs.run(
                "initdb",
                "--pgdata=" + partial,
                "--username=" + NAME,
                "--auth=scram-sha-256",
                "--pwfile=" + home.resolve("password"),
                "--encoding=UTF8",
                "--locale=C");
        Files.move(partial, data, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The server outlives a product that was killed; it is stopped cleanly, since it may listen on another port. */
    private static void stopOrphan(PostgresPrograms programs, Path home, Path data) throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        Optional<ProcessHandle> left = process(pidFile);
        if (left.isEmpty()) {
            return;
        }
        boolean ours = left.get()
                .info()
                .command()
                .filter(command -> Path.of(command).startsWith(home))
                .isPresent();
        if (ours) {
            log.warn(
                    "stopping process {}, the embedded database that an earlier run left behind",
                    left.get().pid());
            programs.run("pg_ctl", "stop", "-w", "-t", "60", "-m", "fast", "-D", data.toString());
        } else {
            // the machine was started anew and the number is somebody else's by now; the server would refuse to start
            Files.delete(pidFile);
        }
    }

    private static Optional<ProcessHandle> process(Path pidFile) throws IOException {
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(pidFile)) {
            return lines.findFirst().map(String::strip).map(Long::parseLong).flatMap(ProcessHandle::of);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private void run(Path serverLog) throws IOException {
        Files.deleteIfExists(serverLog);
        List<String> settings = List.of(
                "listen_addresses=" + LOOPBACK,
                // no socket file: loopback with a password is the only way in
                "unix_socket_directories=",
                "fsync=on",
                "synchronous_commit=on",
                "full_page_writes=on",
                "max_connections=100",
                "shared_buffers=128MB",
                "max_wal_size=1GB",
                "timezone=UTC",
                "log_timezone=UTC");
        String options = "-p " + port + " -c " + String.join(" -c ", settings);
        try {
            programs.run(
                    "pg_ctl",
                    "start",
                    "-w",
                    "-t",
                    "60",
                    "-D",
                    data.toString(),
                    "-l",
                    serverLog.toString(),
                    "-o",
                    options);
        } catch (IOException e) {
            String said = Files.exists(serverLog) ? Files.readString(serverLog).strip() : "";
            throw new IOException(e.getMessage() + "\n" + said, e);
        }
    }

    private void createDatabase() throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://" + LOOPBACK + ":" + port + "/postgres");
        source.setUser(NAME);
        source.setPassword(password);
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet found = statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + NAME + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("CREATE DATABASE " + NAME);
        }
    }

    private static String password(Path home) throws IOException {
        Path file = home.resolve("password");
        if (Files.exists(file) && Files.size(file) > 0) {
            return Files.readString(file).strip();
        }
        byte[] secret = new byte[24];
        new SecureRandom().nextBytes(secret);
        Path partial = home.resolve("password.partial");
        Files.deleteIfExists(partial);
        if (home.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(
                    partial, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(partial, HexFormat.of().formatHex(secret));
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        return Files.readString(file).strip();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            return socket.getLocalPort();
        }
    }
}
