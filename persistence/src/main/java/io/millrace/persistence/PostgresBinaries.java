package io.millrace.persistence;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs for this machine, unpacked once into a folder of their own. A half unpacked folder is never used:
 * it gets its name only when it is whole.
 */
final class PostgresBinaries {
    private PostgresBinaries() {}

    /** The folder that holds {@code bin}; unpacked there if it isn't yet. */
    static Path in(Path home) throws IOException {
        String archive = "postgres-" + system() + "-" + processor() + ".txz";
        try (InputStream packed = PostgresBinaries.class.getResourceAsStream("/" + archive)) {
            if (packed == null) {
                throw new IllegalStateException("no embedded PostgreSQL for this machine (" + archive
                        + "); run one yourself and set millrace.storage.url");
            }
            return unpacked(home, packed, packed.available());
        }
    }

    /** The archive's size tells one release of the programs from the next. */
    private static Path unpacked(Path home, InputStream packed, long size) throws IOException {
        Path ready = home.resolve("postgres-" + size);
        if (Files.isDirectory(ready)) {
            return ready;
        }
        Path partial = home.resolve(ready.getFileName() + ".partial");
        deleteAll(partial);
        unpack(packed, partial);
        return Files.move(partial, ready, StandardCopyOption.ATOMIC_MOVE);
    }

    static void deleteAll(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void unpack(InputStream packed, Path target) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpack(tar, entry, target);
            }
        }
    }

    private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path target) throws IOException {
        Path file = target.resolve(entry.getName()).normalize();
        if (!file.startsWith(target)) {
            throw new IOException("the archive points outside: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        Files.createDirectories(file.resolveSibling("."));
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
            Files.copy(target.resolve(entry.getLinkName()).normalize(), file, StandardCopyOption.COPY_ATTRIBUTES);
        } else {
            Files.copy(tar, file);
            if ((entry.getMode() & 0100) != 0 && !file.toFile().setExecutable(true)) {
                throw new IOException("can't make executable: " + file);
            }
        }
    }

    private static String system() {
        String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        return name.startsWith("mac") ? "darwin" : name.startsWith("windows") ? "windows" : "linux";
    }

    private static String processor() {
        String name = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        // there are no programs for Windows on ARM, but it runs those for x86
        return !system().equals("windows") && (name.equals("aarch64") || name.equals("arm64")) ? "arm_64" : "x86_64";
    }
}
