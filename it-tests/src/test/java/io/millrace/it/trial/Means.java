package io.millrace.it.trial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What some faults need and not every machine has. */
final class Means {
    private static final int DISK_MEGABYTES = 1_024;

    private Means() {}

    /** libfaketime, which tells a process another time: {@code apt install faketime}. Null where there is none. */
    static Path fakeClock() {
        try (Stream<Path> libraries = Files.list(Path.of("/usr/lib"))) {
            return libraries
                    .map(each -> each.resolve("faketime/libfaketimeMT.so.1"))
                    .filter(Files::isReadable)
                    .findFirst()
                    .orElse(null);
        } catch (IOException none) {
            return null;
        }
    }

    /** What a process must be told whose clock is as far from the truth as that file says, {@code +3600} or so. */
    static Map<String, String> clock(Path file) {
        return Map.of(
                "LD_PRELOAD",
                String.valueOf(fakeClock()),
                "FAKETIME_TIMESTAMP_FILE",
                file.toString(),
                "FAKETIME_CACHE_DURATION",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1");
    }

    /** The jar of another version, {@code -Dmillrace.other.jar}; null where none is named. */
    static Path otherJar() {
        String named = System.getProperty("millrace.other.jar");
        return named == null ? null : Path.of(named).toAbsolutePath();
    }

    /** Whether a disk of its own may be given to the database: {@code -Dmillrace.trial.disk=small}, as root on Linux. */
    static boolean smallDisk() {
        return System.getProperty("millrace.trial.disk", "").equals("small");
    }

    /** Gives that folder a disk of its own, in memory. */
    static void mount(Path folder) throws IOException {
        Files.createDirectories(folder);
        run("mount", "-t", "tmpfs", "-o", "size=" + DISK_MEGABYTES + "m", "millrace-trial", folder.toString());
    }

    static void unmount(Path folder) throws IOException {
        run("umount", "-l", folder.toString());
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + " failed");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
