package io.millrace.it;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The shipped jar as a process: started, killed, started again. What it prints stands in {@code target/logs}. */
public final class Product implements AutoCloseable {
    private static final Path LOGS = Path.of("target", "logs");
    private static final int START_SECONDS = 90;
    private static final Pattern READY = Pattern.compile("^ready http://127\\.0\\.0\\.1:(\\d+)$");
    private static final Pattern ADMIN = Pattern.compile("^  admin +http://127\\.0\\.0\\.1:(\\d+)/.*");
    private static final Pattern TOKEN = Pattern.compile("^  token +(\\S+)$");
    private static final AtomicInteger RUNS = new AtomicInteger();

    private final String name;
    private final List<String> command;
    private final Map<String, String> environment;
    private volatile Path log = LOGS;
    private volatile String token;
    private volatile int adminPort;
    private volatile int port;
    private CompletableFuture<Integer> pending = new CompletableFuture<>();
    private Process process;

    private Product(String name, List<String> command, Map<String, String> environment, String token, int adminPort) {
        this.name = name;
        this.command = command;
        this.environment = environment;
        this.token = token;
        this.adminPort = adminPort;
        this.process = launch();
    }

    /** A dev node with its own PostgreSQL in that folder. Its ports change at each start. */
    static Product dev(String name, Path data, Map<String, String> environment, String... more) {
        List<String> command = java("-Xmx320m");
        command.addAll(List.of("dev", "--http-port", "0", "--admin-port", "0", "--data", data.toString()));
        command.addAll(List.of(more));
        return new Product(name, command, environment, "", 0).ready();
    }

    /** A dev node with that much heap. */
    static Product small(String name, Path data, String heap) {
        List<String> command = java(heap);
        command.addAll(List.of("dev", "--http-port", "0", "--admin-port", "0", "--data", data.toString()));
        return new Product(name, command, Map.of(), "", 0).ready();
    }

    /** A node of a cluster; {@link #ready} waits for it. */
    static Product node(String name, Path config, String token, int adminPort) {
        return node(name, Manner.usual(List.of()), config, token, adminPort);
    }

    /** A node of a cluster that isn't started as usual. */
    public static Product node(String name, Manner manner, Path config, String token, int adminPort) {
        List<String> command = new ArrayList<>(manner.prefix());
        command.addAll(java(manner.heap(), manner.jar()));
        command.addAll(List.of("node", "--config", config.toString()));
        return new Product(name, command, manner.environment(), token, adminPort);
    }

    /**
     * How a node is started.
     *
     * @param prefix a command that runs the node's command, such as one that enters a network namespace; empty for none
     * @param heap the JVM's option
     */
    public record Manner(List<String> prefix, String heap, Path jar, Map<String, String> environment) {
        public static Manner usual(List<String> prefix) {
            return new Manner(prefix, "-Xmx320m", shipped(), Map.of());
        }

        public Manner withHeap(String other) {
            return new Manner(prefix, other, jar, environment);
        }

        public Manner withJar(Path other) {
            return new Manner(prefix, heap, other, environment);
        }

        public Manner with(Map<String, String> more) {
            return new Manner(prefix, heap, jar, more);
        }
    }

    private static Path shipped() {
        return Path.of(System.getProperty("millrace.jar", "../platform/target/millrace.jar"));
    }

    private static List<String> java(String heap) {
        return java(heap, shipped());
    }

    private static List<String> java(String heap, Path jar) {
        if (!Files.isReadable(jar)) {
            throw new IllegalStateException(jar + " is not there: mvn package first");
        }
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ArrayList<>(
                List.of(java, heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar.toString()));
    }

    /** Another of the jar's commands. */
    static Process command(String... arguments) throws IOException {
        List<String> command = java("-Xmx128m");
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).inheritIO().start();
    }

    private Process launch() {
        try {
            Files.createDirectories(LOGS);
            Path file = LOGS.resolve(name + "-" + RUNS.incrementAndGet() + ".log");
            log = file;
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process started = builder.start();
            CompletableFuture<Integer> ready = new CompletableFuture<>();
            Thread reader = new Thread(() -> follow(started, file, ready), "log-of-" + name);
            reader.setDaemon(true);
            reader.start();
            ready.whenComplete((answers, failure) -> {
                if (failure == null) {
                    port = answers;
                }
            });
            pending = ready;
            return started;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void follow(Process started, Path log, CompletableFuture<Integer> ready) {
        try (BufferedReader out = started.inputReader(StandardCharsets.UTF_8);
                BufferedWriter file = Files.newBufferedWriter(log)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                file.write(line);
                file.newLine();
                file.flush();
                Matcher admin = ADMIN.matcher(line);
                Matcher secret = TOKEN.matcher(line);
                Matcher up = READY.matcher(line);
                if (admin.matches()) {
                    adminPort = Integer.parseInt(admin.group(1));
                } else if (secret.matches()) {
                    token = secret.group(1);
                } else if (up.matches()) {
                    ready.complete(Integer.parseInt(up.group(1)));
                }
            }
            ready.completeExceptionally(new IllegalStateException("it ended before it was ready"));
        } catch (IOException gone) {
            ready.completeExceptionally(gone);
        }
    }

    /** Waits until it serves. */
    Product ready() {
        try {
            port = pending.get(START_SECONDS, TimeUnit.SECONDS);
            return this;
        } catch (ExecutionException | TimeoutException failed) {
            throw new IllegalStateException(name + " did not start; see its log in " + LOGS.toAbsolutePath(), failed);
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    /** What it has printed since it was started last. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Waits until it has printed that. */
    void awaitLog(String text) {
        await("a line with " + text).atMost(Duration.ofSeconds(20)).until(() -> log().contains(text));
    }

    Door door() {
        return new Door(port, token);
    }

    int adminPort() {
        return adminPort;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isUp() {
        return process.isAlive();
    }

    /** SIGKILL, to the JVM alone: its PostgreSQL lives on as an orphan. */
    public void kill9() {
        process.destroyForcibly();
        ended();
    }

    /** SIGTERM: the product drains and stops by itself. */
    public void stop() {
        process.destroy();
        ended();
    }

    boolean endedByItself(int withinSeconds) throws InterruptedException {
        return process.waitFor(withinSeconds, TimeUnit.SECONDS);
    }

    /** Of a process that has ended. */
    int exitCode() {
        return process.exitValue();
    }

    void restart() {
        kill9();
        process = launch();
        ready();
    }

    private void ended() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(name + " did not stop within 60 s");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }

    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException none) {
            throw new UncheckedIOException(none);
        }
    }
}
