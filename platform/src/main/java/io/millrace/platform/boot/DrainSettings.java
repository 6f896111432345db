package io.millrace.platform.boot;

import com.typesafe.config.Config;
import java.time.Duration;

/** The settings under {@code millrace.drain}: how a node leaves. */
record DrainSettings(Duration spread, Duration grace) {
    static DrainSettings from(Config drain) {
        return new DrainSettings(drain.getDuration("spread"), drain.getDuration("grace"));
    }

    DrainSettings {
        if (spread.isNegative() || spread.toMinutes() > 10) {
            throw new IllegalArgumentException("millrace.drain.spread: 0s to 10m");
        }
        if (grace.isNegative() || grace.toMinutes() > 10) {
            throw new IllegalArgumentException("millrace.drain.grace: 0s to 10m");
        }
    }
}
