package io.millrace.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the server costs, read from {@code /proc} (Linux): CPU of the process itself and of it with all its children,
 * which for the embedded default includes PostgreSQL. Ticks are 10 ms, so windows should burn seconds, not ticks.
 */
final class ProcessGauge {
    private static final long MICROS_PER_TICK = 10_000;
    private static final int JCMD_SECONDS = 30;

    static final Cpu NO_CPU = new Cpu(false, 0, 0);

    private final @Nullable ProcessHandle process;
    private final boolean family;
    private final @Nullable ProcessHandle beside;

    private ProcessGauge(@Nullable ProcessHandle process, boolean family, @Nullable ProcessHandle beside) {
        this.process = process;
        this.family = family;
        this.beside = beside;
    }

    static ProcessGauge from(Args args) {
        return of(args.number("pid", 0, 0, Integer.MAX_VALUE));
    }

    /** For a server whose children are the server: all of them count as one. */
    static ProcessGauge ofFamily(long pid) {
        return new ProcessGauge(handle(pid), true, null);
    }

    /** Zero stands for a server whose process isn't known: then nothing is measured. */
    static ProcessGauge of(long pid) {
        return new ProcessGauge(handle(pid), false, null);
    }

    /** The same, and a process that belongs to it without being its child, such as its database. */
    ProcessGauge beside(long pid) {
        return new ProcessGauge(process, family, handle(pid));
    }

    private static @Nullable ProcessHandle handle(long pid) {
        return pid == 0
                ? null
                : ProcessHandle.of(pid).orElseThrow(() -> new BenchFailure("there is no process " + pid));
    }

    /** CPU used since a process began, in user and kernel mode; or the difference of two such readings. */
    record Cpu(boolean known, long ownMicros, long familyMicros) {
        /** At least ten ticks were used, so the reading is good to about a tenth. */
        boolean readable() {
            return known && ownMicros >= 10 * MICROS_PER_TICK;
        }

        Cpu since(Cpu before) {
            return new Cpu(known && before.known, ownMicros - before.ownMicros, familyMicros - before.familyMicros);
        }
    }

    Cpu cpu() {
        ProcessHandle server = process;
        if (server == null) {
            return NO_CPU;
        }
        long own = ticks(server.pid(), false);
        Stream<ProcessHandle> others = server.descendants();
        if (beside != null) {
            others = Stream.concat(others, Stream.concat(Stream.of(beside), beside.descendants()));
        }
        long children = others.mapToLong(child -> ticks(child.pid(), true)).sum();
        long counted = family ? own + children : own;
        return new Cpu(counted > 0, counted * MICROS_PER_TICK, (own + children) * MICROS_PER_TICK);
    }

    /**
     * Fields 14 and 15 of {@code /proc/<pid>/stat}, counted behind the name, which may hold blanks; for children also 16
     * and 17, what their own ended children used (PostgreSQL's backends come and go).
     */
    private static long ticks(long pid, boolean withEndedChildren) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
            return withEndedChildren ? ticks + Long.parseLong(fields[13]) + Long.parseLong(fields[14]) : ticks;
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }

    /** Resident memory of the process; its children are left out unless they are the server. */
    OptionalLong rssKilobytes() {
        ProcessHandle server = process;
        if (server == null) {
            return OptionalLong.empty();
        }
        LongStream own = LongStream.of(rss(server.pid()));
        long sum = (family ? LongStream.concat(own, server.descendants().mapToLong(child -> rss(child.pid()))) : own)
                .sum();
        return sum > 0 ? OptionalLong.of(sum) : OptionalLong.empty();
    }

    private static long rss(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Open file descriptors of the process itself; empty where they can't be counted. */
    OptionalLong descriptors() {
        ProcessHandle server = process;
        if (server == null) {
            return OptionalLong.empty();
        }
        try (Stream<Path> open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            return OptionalLong.of(open.count());
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** Live heap after a full collection; empty where there is no {@code jcmd} or no JVM. */
    OptionalLong heapKilobytes() {
        long bytes = live().bytes();
        return bytes == 0 ? OptionalLong.empty() : OptionalLong.of(bytes / 1024);
    }

    /** What is alive after a full collection; nothing where there is no {@code jcmd} or no JVM. */
    ClassHistogram live() {
        ProcessHandle server = process;
        String said = server == null || family ? "" : jcmd(server.pid(), "GC.class_histogram");
        return ClassHistogram.read(said);
    }

    private static String jcmd(long pid, String command) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return "";
        }
        try {
            Process tool = new ProcessBuilder(jcmd.toString(), Long.toString(pid), command)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            boolean ended = tool.waitFor(JCMD_SECONDS, TimeUnit.SECONDS);
            return ended && tool.exitValue() == 0 ? said : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
