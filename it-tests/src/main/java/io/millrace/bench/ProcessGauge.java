package io.millrace.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the server costs, read from {@code /proc} (Linux): CPU of the process itself and of it with all its children,
 * which for the embedded default includes PostgreSQL. Ticks are 10 ms, so windows should burn seconds, not ticks.
 */
final class ProcessGauge {
    private static final long MICROS_PER_TICK = 10_000;
    private static final Pattern HEAP_USED = Pattern.compile("used (\\d+)K");
    private static final int JCMD_SECONDS = 30;

    private final @Nullable ProcessHandle process;

    private ProcessGauge(@Nullable ProcessHandle process) {
        this.process = process;
    }

    /** Zero stands for a server whose process isn't known: then nothing is measured. */
    static ProcessGauge of(long pid) {
        return new ProcessGauge(
                pid == 0
                        ? null
                        : ProcessHandle.of(pid).orElseThrow(() -> new BenchFailure("there is no process " + pid)));
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
            return new Cpu(false, 0, 0);
        }
        long own = ticks(server.pid(), false);
        long children = server.descendants()
                .mapToLong(child -> ticks(child.pid(), true))
                .sum();
        return new Cpu(own > 0, own * MICROS_PER_TICK, (own + children) * MICROS_PER_TICK);
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

    /** Resident memory of the process without its children. */
    OptionalLong rssKilobytes() {
        ProcessHandle server = process;
        if (server == null) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** Live heap after a full collection, as {@code jcmd} tells it; empty where there is no {@code jcmd} or no JVM. */
    OptionalLong heapKilobytes() {
        ProcessHandle server = process;
        if (server == null || jcmd(server.pid(), "GC.run").isEmpty()) {
            return OptionalLong.empty();
        }
        Matcher used = HEAP_USED.matcher(jcmd(server.pid(), "GC.heap_info"));
        return used.find() ? OptionalLong.of(Long.parseLong(used.group(1))) : OptionalLong.empty();
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
