package io.millrace.it.trial;

import io.millrace.it.Product;
import io.millrace.it.trial.Account.Trouble;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Carries out a schedule: each fault is done, kept up for its time, taken back, and waited for until all is well again. */
final class Troublemaker {
    private static final int SETTLE_MILLIS = 90_000;
    private static final int LONELY_MILLIS = 45_000;
    private static final int EXIT_MILLIS = 60_000;

    /** Where a trial has fallen behind its schedule, what one fault costs is still not to become the next one's. */
    private static final int CALM_MILLIS = 5_000;

    private final Stage stage;
    private final Book book;
    private final Map<String, Long> figures = new HashMap<>();

    Troublemaker(Stage stage, Book book) {
        this.stage = stage;
        this.book = book;
    }

    void carryOut(Schedule schedule) throws Exception {
        int shift = book.now();
        int calm = shift;
        for (Fault fault : schedule.faults()) {
            waitUntil(Math.max(calm, shift + fault.atSeconds() * 1_000));
            boolean clean = stage.allReady();
            figures.clear();
            Fault real = aimed(fault);
            System.out.println("trial " + book.now() / 1_000 + " s: " + real);
            readsBefore();
            int begun = book.now();
            try {
                make(real, begun);
            } finally {
                heal();
            }
            int healed = book.now();
            int settled = stage.readyWithin(SETTLE_MILLIS);
            waitUntil(Math.min(begun, healed) + 4_000); // what comes after the last node is ready counts as well
            readsAfter();
            int over = settled < 0 ? -1 : Math.max(settled, book.now());
            book.carriedOut(new Trouble(real, begun, healed, over, clean, Map.copyOf(figures)));
            calm = book.now() + CALM_MILLIS;
        }
        waitUntil(shift + schedule.seconds() * 1_000);
    }

    /** At the node that a fault is meant for, where that isn't the seed's choice. */
    private Fault aimed(Fault fault) {
        int node =
                switch (fault.kind()) {
                    case KILL_OLDEST -> stage.oldest().index;
                    case LONELY_SEED -> 0;
                    default -> fault.node();
                };
        return new Fault(fault.kind(), fault.atSeconds(), node, node == fault.other() ? fault.node() : fault.other());
    }

    private void make(Fault fault, int begun) throws Exception {
        Member node = stage.member(fault.node());
        Member other = stage.member(fault.other());
        int lasts = fault.kind().lastsSeconds() * 1_000;
        switch (fault.kind()) {
            case KILL, KILL_OLDEST -> node.kill();
            case KILL_TWO -> {
                node.kill();
                other.kill();
            }
            case PAUSE_5, PAUSE_30, PAUSE_60 -> Signals.send(node.pid(), "STOP");
            case SPLIT -> split(node);
            case LONELY_SEED -> restartAlone(node, begun);
            case ONE_WAY -> stage.wires().deafen(other.index, node.index);
            case FLAPPING -> flap(node, other, lasts);
            case DATABASE_CUT -> stage.wires().cutDatabase(node.index, node.database);
            case DATABASE_FAST -> stage.restartDatabase();
            case DATABASE_IMMEDIATE -> {
                long pid = stage.databasePid();
                Signals.send(pid, "QUIT");
                ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
                sleep(1_000);
                stage.restartDatabase();
            }
            case DATABASE_FROZEN -> Signals.sendToAll(stage.databasePid(), "STOP");
            case DATABASE_SLOW -> stage.members().forEach(one -> one.database.late(75));
            case TABLE_LOCKED -> DatabaseTrouble.lockTable(stage.database(), lasts);
            case POOL_GONE -> DatabaseTrouble.takeAllConnections(stage.database(), lasts);
            case MID_COMMIT -> stage.members().forEach(one -> one.database.cutCommits(4));
            case CLIENTS_CUT -> stage.members().forEach(one -> one.clients.cut());
            case CLIENTS_HALF_OPEN -> node.clients.silence();
            case FLOOD -> figures.putAll(node.flood(600, lasts));
            case DRAIN -> drain(node);
            case ROLLING -> {
                for (Member member : stage.members()) {
                    drain(member);
                    member.release();
                    stage.readyWithin(SETTLE_MILLIS);
                }
            }
            case DISK_FULL -> fillDisk(lasts);
            case SMALL_HEAP -> {
                restart(node, node.usual().withHeap("-Xmx96m"));
                sleep(lasts);
                restart(node, node.usual());
            }
            case CLOCK_JUMP -> jump(node, lasts);
            case OTHER_VERSION -> {
                restart(node, node.usual().withJar(Means.otherJar()));
                restart(other, other.usual().withJar(Means.otherJar()));
                sleep(lasts);
                restart(node, node.usual());
                restart(other, other.usual());
            }
        }
        waitUntil(begun + lasts);
        if (fault.kind() == FaultKind.MID_COMMIT) {
            figures.put(
                    "commits-cut",
                    12L
                            - stage.members().stream()
                                    .mapToInt(one -> one.database.commitsLeftToCut())
                                    .sum());
        }
    }

    private void heal() throws IOException {
        stage.wires().heal();
        for (Member member : stage.members()) {
            member.database.heal();
            member.clients.heal();
            if (member.isUp()) {
                Signals.send(member.pid(), "CONT");
            }
            member.release();
        }
        Signals.sendToAll(stage.databasePid(), "CONT");
    }

    private void split(Member node) {
        for (Member other : stage.members()) {
            if (other != node) {
                stage.wires().cut(node.index, other.index);
            }
        }
    }

    /** Who can't reach the others must not serve: it would be a second cluster on the same database. */
    private void restartAlone(Member node, int begun) throws InterruptedException {
        split(node);
        node.kill();
        node.release();
        int until = begun + LONELY_MILLIS;
        while (!node.ready && book.now() < until || node.ready && book.now() - begun < 3_000) {
            sleep(50);
        }
        if (node.ready) {
            figures.put("ready-alone-ms", (long) book.now() - begun);
            sleep(5_000);
        }
    }

    private void flap(Member node, Member other, int millis) throws InterruptedException {
        for (int i = 0; i < millis / 4_000; i++) {
            stage.wires().cut(node.index, other.index);
            sleep(2_000);
            stage.wires().heal();
            sleep(2_000);
        }
    }

    /** SIGTERM, and what can be seen of the goodbye. */
    private void drain(Member node) throws InterruptedException {
        int from = book.now();
        AtomicBoolean over = new AtomicBoolean();
        Thread looks = new Thread(() -> {
            while (!over.get() && node.asksReady()) {
                Thread.onSpinWait();
            }
            figures.putIfAbsent("unready-ms", (long) book.now() - from);
        });
        node.terminate();
        looks.start();
        while (node.isUp() && book.now() - from < EXIT_MILLIS) {
            sleep(20);
        }
        over.set(true);
        looks.join(2_000);
        figures.merge("exit-ms", (long) book.now() - from, Math::max);
        int told = book.firstTold(node.index, from);
        if (told >= 0) {
            figures.putIfAbsent("first-told-ms", (long) told - from);
        }
        if (node.isUp()) {
            node.kill();
        }
    }

    /** As an upgrade does it: SIGTERM, another start, and on when everybody is ready. */
    private void restart(Member node, Product.Manner manner) throws InterruptedException {
        drain(node);
        node.isStarted(manner);
        node.release();
        stage.readyWithin(SETTLE_MILLIS);
    }

    private void jump(Member node, int millis) throws IOException, InterruptedException {
        Path clock = stage.folder().resolve("clock-of-node" + node.index);
        Files.writeString(clock, "+0\n");
        restart(node, node.usual().with(Means.clock(clock)));
        for (String offset : List.of("+3600", "-3600", "+0")) {
            Files.writeString(clock, offset + "\n");
            sleep(millis / 3);
        }
        restart(node, node.usual());
    }

    /** To the last byte. A database that has given up is started again, which nobody else would do. */
    private void fillDisk(int millis) throws IOException, InterruptedException {
        long pid = stage.databasePid();
        Path filler = stage.disk().resolve("filler");
        try (OutputStream out = Files.newOutputStream(filler)) {
            byte[] piece = new byte[65_536];
            while (true) {
                out.write(piece);
            }
        } catch (IOException full) {
            sleep(millis);
        } finally {
            Files.delete(filler);
        }
        if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
            figures.put("database-gave-up", 1L);
            stage.restartDatabase();
        }
    }

    private void readsBefore() {
        for (Member member : stage.members()) {
            figures.put("before-" + member.index, member.metric("millrace_relay_journal_reads_total"));
        }
    }

    /** Pages read from the journal by the nodes that lived through it. */
    private void readsAfter() {
        long reads = 0;
        for (Member member : stage.members()) {
            long before = figures.remove("before-" + member.index);
            long after = member.metric("millrace_relay_journal_reads_total");
            reads += before >= 0 && after >= before ? after - before : 0;
        }
        figures.put("journal-reads", reads);
    }

    private void waitUntil(int at) throws InterruptedException {
        sleep(Math.max(0, at - book.now()));
    }

    private static void sleep(long millis) throws InterruptedException {
        Thread.sleep(millis); // a fault lasts as long as its schedule says
    }
}
