package io.millrace.platform.access;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * What every token must keep to.
 *
 * @param audience what {@code aud} must name; empty: not checked
 * @param leeway granted to {@code exp} and {@code nbf} for clocks that differ
 * @param maxSize of a token, in bytes
 * @param rememberedTokens how many verified tokens are kept in memory, so that the next request need not verify again
 */
public record TokenRules(String audience, boolean requireExpiry, Duration leeway, int maxSize, int rememberedTokens) {
    public TokenRules {
        if (leeway.isNegative() || leeway.compareTo(Duration.ofMinutes(5)) > 0) {
            throw new IllegalArgumentException("leeway must be from 0 to 5 minutes");
        }
        if (maxSize < 256 || maxSize > 64 * 1024) {
            throw new IllegalArgumentException("max-token-size must be from 256 bytes to 64 KiB");
        }
        if (rememberedTokens < 0 || rememberedTokens > 1_000_000) {
            throw new IllegalArgumentException("remembered-tokens must be from 0 to 1000000");
        }
    }

    static TokenRules from(Config config) {
        return new TokenRules(
                config.getString("audience"),
                config.getBoolean("require-expiry"),
                config.getDuration("leeway"),
                Math.toIntExact(Math.min(
                        Integer.MAX_VALUE,
                        config.getMemorySize("max-token-size").toBytes())),
                config.getInt("remembered-tokens"));
    }
}
