package io.millrace.it.trial;

import io.millrace.it.Cluster;
import io.millrace.persistence.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Three node processes and a PostgreSQL, with a line that can misbehave on every way between them:
 *
 * <pre>
 *   clients --line--> node i --line--> database
 *                     node i --wires-> node j
 * </pre>
 *
 * A node that ends is started again after a second, as a supervisor would do, unless a fault holds it down.
 */
final class Stage implements AutoCloseable {
    /** The channels of this family keep only their newest events, so that who is away for long must be told. */
    static final String BRIEF = "brief";

    static final int KEPT = 150;

    private final Path folder;
    private final Wires wires;
    private final Book book;
    private final List<Member> members = new ArrayList<>();
    private final List<Integer> byAge = new ArrayList<>();
    private final Asker asker = new Asker();
    private final List<Thread> threads = new ArrayList<>();
    private volatile EmbeddedDatabase database;
    private volatile boolean closed;

    private Stage(Path folder, Wires wires, Book book) {
        this.folder = folder;
        this.wires = wires;
        this.book = book;
    }

    static Stage open(Path folder, Wires wires, Book book) throws IOException, InterruptedException {
        Stage stage = new Stage(folder, wires, book);
        try {
            if (Means.smallDisk()) {
                Means.mount(stage.disk());
            }
            stage.database = EmbeddedDatabase.start(stage.disk(), 0);
            for (int i = 0; i < Schedule.NODES; i++) {
                stage.members.add(new Member(stage, i, stage.database.port()));
            }
            for (Member member : stage.members) {
                Files.writeString(member.config(), stage.config(member));
            }
            for (Member member : stage.members) {
                member.launch();
                Thread.sleep(member.index == 0 ? 3_000 : 500); // the first seed is to be the oldest
            }
            Runtime.getRuntime().addShutdownHook(new Thread(stage::killAll));
            for (Member member : stage.members) {
                stage.start(() -> stage.watch(member), "watch-of-node" + member.index);
            }
            stage.start(stage::sampleAll, "samples");
            if (stage.readyWithin(120_000) < 0) {
                throw new IllegalStateException("the cluster did not start; see target/logs");
            }
            stage.start(stage::keep, "keeper");
            return stage;
        } catch (IOException | RuntimeException failed) {
            stage.close();
            throw failed;
        }
    }

    private String config(Member member) {
        return """
                millrace {
                  http { host = "%s", port = %d, admin-host = "%s", admin-port = %d, admin-login = off }
                  cluster.seed-nodes = [%s]
                  storage { url = "jdbc:postgresql://%s:%d/millrace", user = "%s", password = "%s" }
                  limits { per-user = 0 }
                  access { issuer = "it", keys = [ { kid = "it", algorithm = "HS256", secret = "%s" } ] }
                  families { %s { retention { max-events = %d } }, hall { presence = on } }
                  channel.retention-work.check-interval = 2s
                }
                %s
                """
                .formatted(
                        wires.host(member.index),
                        member.http(),
                        wires.host(member.index),
                        member.adminPort(),
                        wires.seeds(),
                        wires.lineHost(),
                        member.database.port(),
                        database.user(),
                        database.password(),
                        Cluster.SECRET,
                        BRIEF,
                        KEPT,
                        wires.remoting(member.index));
    }

    Path folder() {
        return folder;
    }

    Asker asker() {
        return asker;
    }

    Wires wires() {
        return wires;
    }

    Member member(int index) {
        return members.get(index);
    }

    List<Member> members() {
        return members;
    }

    synchronized void isYoungest(int index) {
        byAge.remove(Integer.valueOf(index));
        byAge.add(index);
    }

    /** The longest up, which holds the cluster's singletons. */
    synchronized Member oldest() {
        return members.get(byAge.get(0));
    }

    /** Where the database's files are. */
    Path disk() {
        return folder.resolve("postgres");
    }

    EmbeddedDatabase database() {
        return database;
    }

    /** The database's own process. */
    long databasePid() throws IOException {
        try (var lines = Files.lines(disk().resolve("data/postmaster.pid"))) {
            return Long.parseLong(lines.findFirst().orElseThrow().strip());
        }
    }

    /** Stops what is left of it and starts it again where it was. */
    void restartDatabase() {
        int port = database.port();
        database.close();
        database = EmbeddedDatabase.start(disk(), port);
    }

    boolean allReady() {
        return members.stream().allMatch(member -> member.ready);
    }

    /** Waits until every node is ready; when that was, or -1. */
    int readyWithin(int millis) throws InterruptedException {
        int until = book.now() + millis;
        while (book.now() < until) {
            if (allReady()) {
                return book.now();
            }
            Thread.sleep(50);
        }
        return -1;
    }

    private void watch(Member member) {
        while (pause(200)) {
            boolean before = member.ready;
            boolean now = member.asksReady();
            member.ready = now;
            if (before != now) {
                book.note("node " + member.index + (now ? " is ready" : " is not ready"));
            }
        }
    }

    private void sampleAll() {
        while (pause(250)) {
            book.sample(IntStream.range(0, members.size())
                    .mapToObj(i -> members.get(i).ready)
                    .toList());
        }
    }

    private void keep() {
        while (pause(1_000)) {
            for (Member member : members) {
                if (!closed && member.isMissed()) {
                    book.note("node " + member.index + " is started again");
                    member.launch();
                }
            }
        }
    }

    private void start(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private boolean pause(long millis) {
        try {
            Thread.sleep(millis);
            return !closed;
        } catch (InterruptedException stopped) {
            return false;
        }
    }

    private void killAll() {
        closed = true;
        for (Member member : members) {
            member.end();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        threads.forEach(Thread::interrupt);
        killAll();
        for (Member member : members) {
            member.close();
        }
        wires.close();
        if (database != null) {
            database.close();
        }
        if (Means.smallDisk()) {
            Means.unmount(disk());
        }
    }
}
