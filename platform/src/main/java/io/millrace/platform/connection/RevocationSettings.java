package io.millrace.platform.connection;

import com.typesafe.config.Config;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings under {@code millrace.revocations}.
 *
 * @param poll how often a node asks the database what is revoked
 * @param keep how long a revocation counts that doesn't say so; null is until it is removed
 */
public record RevocationSettings(Duration poll, @Nullable Duration keep) {

    public static RevocationSettings from(Config revocations) {
        Duration keep = revocations.getDuration("keep");
        return new RevocationSettings(revocations.getDuration("poll"), keep.isZero() ? null : keep);
    }

    public RevocationSettings {
        require(poll.toMillis() >= 100 && poll.toMillis() <= 4000, "poll", "100ms to 4s");
        require(keep == null || keep.toMillis() >= 60_000, "keep", "0s (until it is removed), or 1m or more");
    }

    private static void require(boolean holds, String key, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("millrace.revocations." + key + ": " + rule);
        }
    }
}
