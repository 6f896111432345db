package io.millrace.platform.access;

import io.millrace.platform.access.Verified.Rejection;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one issuer publishes (JWKS, RFC 7517), kept between fetches.
 *
 * <pre>
 * age     0 .......... refreshAfter ................ maxAge ........
 * used    yes          yes, fetched again meanwhile   no
 * </pre>
 *
 * An unknown name is asked for at once, but no more than one fetch starts within {@code minInterval}, however many tokens
 * with made-up names arrive; all of them share the fetch under way. A failed fetch leaves the kept keys as they are.
 */
final class PublishedKeys {
    private static final Logger LOG = LoggerFactory.getLogger(PublishedKeys.class);

    private final String issuer;
    private final Supplier<CompletableFuture<Map<String, PublishedKey>>> fetcher;
    private final JwksSettings settings;
    private final Clock clock;

    private volatile @Nullable Kept kept;
    private @Nullable Instant lastStart;
    private boolean lastFailed;
    private @Nullable CompletableFuture<Void> underWay;

    /** @param print equal for equal keys, so that a refetch doesn't make new ones of them */
    record PublishedKey(String print, BoundKey key) {}

    private record Kept(Map<String, PublishedKey> keys, Instant at) {}

    PublishedKeys(
            String issuer,
            Supplier<CompletableFuture<Map<String, PublishedKey>>> fetcher,
            JwksSettings settings,
            Clock clock) {
        this.issuer = issuer;
        this.fetcher = fetcher;
        this.settings = settings;
        this.clock = clock;
    }

    @Nullable
    BoundKey known(String kid, Instant now) {
        Kept keys = usable(now);
        if (keys == null) {
            return null;
        }
        if (!now.isBefore(keys.at().plus(settings.refreshAfter()))) {
            fetch(now);
        }
        PublishedKey key = keys.keys().get(kid);
        return key == null ? null : key.key();
    }

    CompletableFuture<BoundKey> ask(String kid) {
        CompletableFuture<Void> fetch = fetch(clock.instant());
        return fetch == null
                ? CompletableFuture.failedFuture(refusal(clock.instant()))
                : fetch.thenApply(done -> afterFetch(kid));
    }

    private BoundKey afterFetch(String kid) {
        Instant now = clock.instant();
        Kept keys = usable(now);
        PublishedKey key = keys == null ? null : keys.keys().get(kid);
        if (key == null) {
            throw refusal(now);
        }
        return key.key();
    }

    /** While the key server doesn't answer nobody can say that a key doesn't exist. */
    private synchronized RejectedToken refusal(Instant now) {
        return lastFailed || usable(now) == null
                ? new RejectedToken(Rejection.KEYS_UNAVAILABLE, "the issuer's keys can't be fetched: try again later")
                : unknown();
    }

    static RejectedToken unknown() {
        return new RejectedToken(Rejection.UNKNOWN_KEY, "the issuer has no key of that kid");
    }

    private @Nullable Kept usable(Instant now) {
        Kept keys = kept;
        return keys != null && now.isBefore(keys.at().plus(settings.maxAge())) ? keys : null;
    }

    /** The fetch under way, or a new one where the interval allows it; it ends well whatever became of it. */
    private synchronized @Nullable CompletableFuture<Void> fetch(Instant now) {
        if (underWay != null) {
            return underWay;
        }
        if (lastStart != null && now.isBefore(lastStart.plus(settings.minInterval()))) {
            return null;
        }
        lastStart = now;
        CompletableFuture<Void> done = new CompletableFuture<>();
        underWay = done;
        begin().whenComplete((keys, failure) -> {
            fetched(keys, failure);
            done.complete(null);
        });
        return done;
    }

    private CompletableFuture<Map<String, PublishedKey>> begin() {
        try {
            return fetcher.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private synchronized void fetched(@Nullable Map<String, PublishedKey> keys, @Nullable Throwable failure) {
        underWay = null;
        lastFailed = keys == null;
        if (keys == null) {
            LOG.warn(
                    "keys of {} can't be fetched, those kept stay in use until their maximal age: {}",
                    issuer,
                    String.valueOf(failure));
            return;
        }
        Map<String, PublishedKey> merged = new HashMap<>(keys);
        Kept before = kept;
        if (before != null) {
            merged.replaceAll((kid, key) -> same(before.keys().get(kid), key));
        }
        kept = new Kept(Map.copyOf(merged), clock.instant());
    }

    private static PublishedKey same(@Nullable PublishedKey before, PublishedKey now) {
        return before != null && before.print().equals(now.print()) ? before : now;
    }
}
