package io.millrace.platform.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DrainSettingsTest {
    private static final Duration STEP = Duration.ofMillis(100);
    private static final DrainSettings SETTINGS =
            new DrainSettings(500, Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofSeconds(15));

    @Test
    void aFewLeaveAtTheRate() {
        assertThat(SETTINGS.each(STEP, 1_000)).isEqualTo(50);
    }

    @Test
    void manyLeaveAsFastAsTheTimeoutAsks() {
        assertThat(SETTINGS.each(STEP, 16_000) * 10 * 12).isGreaterThanOrEqualTo(16_000);
    }

    @Test
    void aSlowRateStillTellsOneAtATime() {
        DrainSettings slow = new DrainSettings(1, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(60));
        assertThat(slow.each(STEP, 3)).isEqualTo(1);
    }
}
