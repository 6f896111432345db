package io.millrace.platform.access;

import com.typesafe.config.Config;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * Where issuers publish their keys, and how those are fetched.
 *
 * @param urls issuer → URL, fixed at the start: nothing in a token can add to it
 * @param timeout for one whole fetch, connecting and body included
 * @param maxSize in bytes
 * @param minInterval between two fetches for one issuer, however many unknown names are asked for
 * @param refreshAfter the age at which keys are fetched again in the background; a withdrawn key lives on that long
 * @param maxAge the age at which keys that couldn't be refreshed stop being used
 */
public record JwksSettings(
        Map<String, URI> urls,
        boolean allowInsecureLoopback,
        Duration timeout,
        long maxSize,
        Duration minInterval,
        Duration refreshAfter,
        Duration maxAge) {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    public JwksSettings {
        urls = Map.copyOf(urls);
        for (URI url : urls.values()) {
            requireSafe(url, allowInsecureLoopback);
        }
        requirePositive("jwks-timeout", timeout);
        requirePositive("jwks-min-interval", minInterval);
        requirePositive("jwks-refresh-after", refreshAfter);
        if (maxSize < 1024 || maxSize > 16 * 1024 * 1024) {
            throw new IllegalArgumentException("jwks-max-size must be from 1 KiB to 16 MiB");
        }
        if (maxAge.compareTo(refreshAfter) < 0) {
            throw new IllegalArgumentException("jwks-max-age must not be shorter than jwks-refresh-after");
        }
    }

    static JwksSettings from(Config config, Map<String, URI> urls) {
        return new JwksSettings(
                urls,
                config.getBoolean("allow-insecure-loopback-jwks"),
                config.getDuration("jwks-timeout"),
                config.getMemorySize("jwks-max-size").toBytes(),
                config.getDuration("jwks-min-interval"),
                config.getDuration("jwks-refresh-after"),
                config.getDuration("jwks-max-age"));
    }

    private static void requireSafe(URI url, boolean insecureLoopback) {
        String host = url.getHost();
        boolean https = "https".equals(url.getScheme());
        boolean loopback =
                insecureLoopback && "http".equals(url.getScheme()) && host != null && LOOPBACK.contains(host);
        if (host == null || url.getUserInfo() != null || url.getFragment() != null || !(https || loopback)) {
            throw new IllegalArgumentException("jwks url must be an https URL without user info or fragment"
                    + " (http to a loopback address only with allow-insecure-loopback-jwks)");
        }
    }

    private static void requirePositive(String key, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(key + " must be longer than nothing");
        }
    }
}
