package io.millrace.platform.access;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The keys of one issuer: those from settings first, then those it publishes. */
final class IssuerKeys {
    private final Map<String, BoundKey> fixed;
    private final @Nullable PublishedKeys published;

    IssuerKeys(Map<String, BoundKey> fixed, @Nullable PublishedKeys published) {
        this.fixed = Map.copyOf(fixed);
        this.published = published;
    }

    /** The key of that name as far as it is known now, without asking anybody else. */
    @Nullable
    BoundKey known(String kid, Instant now) {
        BoundKey key = fixed.get(kid);
        return key != null || published == null ? key : published.known(kid, now);
    }

    /** Asks the issuer for a key that isn't known; fails with {@link RejectedToken} where it has none. */
    CompletableFuture<BoundKey> ask(String kid) {
        return published == null ? CompletableFuture.failedFuture(PublishedKeys.unknown()) : published.ask(kid);
    }
}
