package io.millrace.persistence;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs PostgreSQL's programs. They refuse to run as root, so root runs them in a user namespace in which it is nobody;
 * what they write still belongs to root outside.
 */
final class PostgresPrograms {
    private static final long PATIENCE_SECONDS = 120;

    private final Path bin;
    private final Path output;

    PostgresPrograms(Path programs, Path output) {
        this.bin = programs.resolve("bin");
        this.output = output;
    }

    Path bin() {
        return bin;
    }

    /** Runs to the end; throws with what the program said where that isn't success. */
    void run(String program, String... arguments) throws IOException {
        int code = exitCode(program, arguments);
        if (code != 0) {
            throw new IOException(program + " ended with " + code + ": " + said());
        }
    }

    private int exitCode(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(bin.resolve(program).toString());
        command.addAll(List.of(arguments));
        // into a file, since the server would inherit a pipe and keep it open
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(nothing()));
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        Process process = builder.start();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(program + " hasn't ended in " + PATIENCE_SECONDS + " seconds: " + said());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + program + " ran", e);
        }
    }

    private String said() throws IOException {
        byte[] all = Files.readAllBytes(output);
        int from = Math.max(0, all.length - 2_000);
        return new String(all, from, all.length - from, StandardCharsets.UTF_8).strip();
    }

    private static File nothing() {
        return new File(System.getProperty("os.name", "").startsWith("Windows") ? "NUL" : "/dev/null");
    }

    private static boolean isRoot() throws IOException {
        Path self = Path.of("/proc/self");
        return Files.exists(self) && Files.getAttribute(self, "unix:uid").equals(0);
    }
}
