package io.millrace.platform.boot;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;

/**
 * The settings under {@code millrace.drain}: how a node leaves.
 *
 * @param rate how many connections are told to go each second, unless that takes longer than {@code timeout} leaves room for
 * @param spread clients come back each at its own moment inside this time
 * @param grace how long to wait for the last of them
 * @param timeout for the whole
 */
record DrainSettings(int rate, Duration spread, Duration grace, Duration timeout) {
    private static final Duration LONGEST = Duration.ofMinutes(10);

    static DrainSettings from(Config drain) {
        return new DrainSettings(
                drain.getInt("rate"),
                drain.getDuration("spread"),
                drain.getDuration("grace"),
                drain.getDuration("timeout"));
    }

    DrainSettings {
        require(rate >= 1, "rate", "1 or more connections a second");
        require(!spread.isNegative() && spread.compareTo(LONGEST) <= 0, "spread", "0s to 10m");
        require(!grace.isNegative() && grace.compareTo(LONGEST) <= 0, "grace", "0s to 10m");
        require(
                timeout.compareTo(grace) > 0 && timeout.compareTo(LONGEST) <= 0,
                "timeout",
                "longer than millrace.drain.grace, at most 10m");
    }

    /** How many of {@code connections} to tell in each step of this length, so that all are told in time. */
    int each(Duration step, int connections) {
        double tellingSeconds = timeout.minus(grace).toMillis() / 1000.0;
        double perSecond = Math.max(rate, connections / tellingSeconds);
        return (int) Math.max(1, Math.ceil(perSecond * step.toMillis() / 1000.0));
    }

    /** Without this the actor system would give the draining five seconds and then go on. */
    Config actorSystem() {
        return ConfigFactory.parseMap(
                Map.of("pekko.coordinated-shutdown.phases.before-service-unbind.timeout", timeout.plusSeconds(5)));
    }

    private static void require(boolean holds, String key, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("millrace.drain." + key + ": " + rule);
        }
    }
}
