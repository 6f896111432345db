package io.millrace.platform.connection;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * The settings under {@code millrace.limits}: how many connections one may have, and how long one may do nothing.
 *
 * @param perUser connections of one user in the whole cluster; 0 is no limit
 * @param perAddress connections from one address on each node; 0 is no limit
 * @param idle how long nothing may be said or delivered; 0 is for ever
 */
public record LimitSettings(int perUser, int perAddress, Duration idle) {

    public static LimitSettings from(Config limits) {
        return new LimitSettings(limits.getInt("per-user"), limits.getInt("per-address"), limits.getDuration("idle"));
    }

    public LimitSettings {
        require(perUser >= 0, "per-user", "0 (no limit) or more");
        require(perAddress >= 0, "per-address", "0 (no limit) or more");
        require(idle.isZero() || idle.toMillis() >= 1000, "idle", "0s (for ever), or 1s or more");
    }

    private static void require(boolean holds, String key, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("millrace.limits." + key + ": " + rule);
        }
    }
}
