package io.millrace.it.trial;

import io.millrace.it.Cluster;
import io.millrace.it.Door;
import io.millrace.it.Product;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** One node, its process and its lines. */
final class Member implements Closeable {
    private static final String TOKEN = Cluster.token("it", "*:subscribe,publish,history,presence,admin");
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Stage stage;
    final int index;
    final FaultProxy clients;
    final FaultProxy database;
    private final FaultProxy admin;
    private final Path config;
    private final int adminPort = Product.freePort();
    private final int http = Product.freePort();
    private final Product.Manner usual;
    private volatile Product.Manner manner;
    private volatile Product process;
    private volatile boolean held;
    volatile boolean ready;

    Member(Stage stage, int index, int databasePort) throws IOException {
        this.stage = stage;
        this.index = index;
        this.clients = new FaultProxy("127.0.0.1", stage.wires().host(index), http);
        this.admin = new FaultProxy("127.0.0.1", stage.wires().host(index), adminPort);
        this.database = new FaultProxy(stage.wires().lineHost(), "127.0.0.1", databasePort);
        this.usual = Product.Manner.usual(stage.wires().prefix(index));
        this.manner = usual;
        this.config = stage.folder().resolve("node" + index + ".conf");
    }

    Door door() {
        return new Door(clients.port(), TOKEN);
    }

    /** Opens a flood on its own port, past the line. */
    Map<String, Long> flood(int atOnce, int millis) throws IOException {
        return Flood.of(stage.wires().host(index), http, atOnce, millis);
    }

    long pid() {
        return process.pid();
    }

    boolean isUp() {
        return process.isUp();
    }

    void kill() {
        held = true;
        process.kill9();
    }

    void terminate() {
        held = true;
        Signals.send(process.pid(), "TERM");
    }

    /** Lets it be started again. */
    void release() {
        held = false;
    }

    /** How it is started as a rule. */
    Product.Manner usual() {
        return usual;
    }

    /** How it is started from now on. */
    void isStarted(Product.Manner as) {
        manner = as;
    }

    synchronized void launch() {
        process = Product.node("trial-node" + index, manner, config, "", adminPort);
        stage.isYoungest(index);
    }

    /** Whether it has ended and nobody holds it down. */
    boolean isMissed() {
        return !held && !isUp();
    }

    Path config() {
        return config;
    }

    int http() {
        return http;
    }

    int adminPort() {
        return adminPort;
    }

    /** Ends its process, if there is one. */
    void end() {
        Product running = process;
        if (running != null && running.isUp()) {
            running.kill9();
        }
    }

    @Override
    public void close() throws IOException {
        clients.close();
        database.close();
        admin.close();
    }

    /** A figure of its metrics, summed over all labels; -1 where it doesn't say. */
    long metric(String name) {
        try {
            return stage.asker()
                    .get(new Door(admin.port(), ""), "/metrics", PATIENCE)
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException silent) {
            return -1;
        }
    }

    boolean asksReady() {
        try {
            return isUp()
                    && stage.asker()
                                    .get(new Door(admin.port(), ""), "/readyz", PATIENCE)
                                    .status()
                            == 200;
        } catch (IOException silent) {
            return false;
        }
    }
}
