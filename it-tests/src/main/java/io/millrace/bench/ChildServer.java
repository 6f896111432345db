package io.millrace.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A server started by this program as a process of its own, with everything it says kept in a log file. Whatever way the
 * run ends, it and its children end with it.
 */
final class ChildServer implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final Process process;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final Path log;
    private final Thread atExit = new Thread(this::stop, "stop-child");

    private ChildServer(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts it and returns once it has printed a line that begins with {@code ready}. */
    static ChildServer start(List<String> command, Path log, Duration limit) {
        return start(command, log, limit, () -> false);
    }

    /** For a server that says nothing: returns once it takes connections. */
    static ChildServer startOnPort(List<String> command, Path log, int port, Duration limit) {
        return start(command, log, limit, () -> takesConnections(port));
    }

    private static ChildServer start(List<String> command, Path log, Duration limit, BooleanSupplier isReady) {
        try {
            Files.writeString(log, String.join(" ", command) + "\n");
            ChildServer child = new ChildServer(
                    new ProcessBuilder(command).redirectErrorStream(true).start(), log);
            Runtime.getRuntime().addShutdownHook(child.atExit);
            Thread listener = new Thread(child::listen, "child-log");
            listener.setDaemon(true);
            listener.start();
            child.awaitReady(limit, isReady);
            return child;
        } catch (IOException e) {
            throw new BenchFailure("could not start " + command + ": " + e.getMessage(), e);
        }
    }

    private void listen() {
        try (BufferedReader said =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                PrintWriter kept = new PrintWriter(Files.newBufferedWriter(log), true)) {
            @Nullable String line = said.readLine();
            while (line != null) {
                kept.println(line);
                if (line.startsWith("ready")) {
                    ready.countDown();
                }
                line = said.readLine();
            }
        } catch (IOException e) {
            // the process has ended, and with it what it has to say
        }
    }

    private void awaitReady(Duration limit, BooleanSupplier isReady) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (!ready.await(100, TimeUnit.MILLISECONDS) && !isReady.getAsBoolean()) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    close();
                    throw new BenchFailure("the server didn't become ready; what it said is in " + log);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new BenchFailure("interrupted while the server started");
        }
    }

    /** For a server in this process. */
    static void awaitPort(int port, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!takesConnections(port)) {
            if (System.nanoTime() > deadline) {
                throw new BenchFailure("nobody takes connections on port " + port);
            }
            Pause.millis(20);
        }
    }

    private static boolean takesConnections(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Runs a short command and returns the last line it printed. */
    static String ask(List<String> command, Duration limit) {
        try {
            Process asked = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!asked.waitFor(limit.toSeconds(), TimeUnit.SECONDS) || asked.exitValue() != 0 || said.isEmpty()) {
                asked.destroyForcibly();
                throw new BenchFailure("no answer from " + String.join(" ", command) + ": " + said);
            }
            return said.substring(said.lastIndexOf('\n') + 1).strip();
        } catch (IOException e) {
            throw new BenchFailure("could not run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("interrupted while waiting for " + command);
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new BenchFailure("no free port", e);
        }
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // the JVM is already going down, and the hook with it
        }
    }

    private void stop() {
        List<ProcessHandle> family = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(GRACE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
        family.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
    }
}
