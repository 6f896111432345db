package io.millrace.it.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short trial, for every build: the core faults in an order of the seed's. {@code millrace.trial.minutes} for a longer one. */
class TrialTest {
    private static final long SEED = Long.getLong("millrace.seed", System.nanoTime() % 1_000_000);
    private static final int SECONDS = Integer.getInteger("millrace.trial.minutes", 0) * 60;
    private static final String WIRES = System.getProperty("millrace.trial.wires", "lines");

    @TempDir
    Path folder;

    @Test
    void theClusterCanBeTrusted() throws Exception {
        Schedule schedule = Schedule.of(SEED, SECONDS == 0 ? Schedule.SHORT_SECONDS : SECONDS);
        Trial.Outcome outcome = new Trial(schedule, WIRES, Files.createDirectories(folder.resolve("stage"))).run();
        Path kept = Path.of("target", "trial", "trial-" + SEED + ".html").toAbsolutePath();
        Files.createDirectories(kept.getParent());
        Files.writeString(kept, Files.readString(outcome.picture()));
        System.out.println(outcome.text().replace(outcome.picture().toString(), kept.toString()));
        assertThat(outcome.account().troubles()).hasSameSizeAs(schedule.faults());
        assertThat(outcome.holds()).as(outcome::text).isTrue();
    }
}
