package io.millrace.platform.access;

import io.millrace.platform.access.RememberedTokens.Print;
import io.millrace.platform.access.RememberedTokens.Proof;
import io.millrace.platform.access.Verified.Authenticated;
import io.millrace.platform.access.Verified.Rejected;
import io.millrace.platform.access.Verified.Rejection;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * From a token to a login: JWT (RFC 7519) under the rules of RFC 8725. The key is looked up by (issuer, kid) and knows its
 * algorithm; nothing in a token can choose a key's place, kind or use. Never blocks: where an issuer's keys have to be
 * fetched the answer comes later, else at once. Safe for any number of threads.
 *
 * <p>In this order: size, form, header, issuer, key, algorithm, signature, and only then the claims.
 */
public final class TokenVerifier {
    private final TokenRules rules;
    private final Map<String, IssuerKeys> issuers;
    private final RememberedTokens remembered;
    private final Clock clock;

    private TokenVerifier(TokenRules rules, Map<String, IssuerKeys> issuers, Clock clock) {
        this.rules = rules;
        this.issuers = issuers;
        this.remembered = new RememberedTokens(rules.rememberedTokens());
        this.clock = clock;
    }

    public static TokenVerifier of(AccessSettings settings, Clock clock) {
        Map<String, Map<String, BoundKey>> fixed = new HashMap<>();
        for (KeySettings key : settings.keys()) {
            fixed.computeIfAbsent(key.issuer(), issuer -> new HashMap<>()).put(key.kid(), key.key());
        }
        Map<String, PublishedKeys> published = published(settings.jwks(), clock);
        Set<String> names = new HashSet<>(fixed.keySet());
        names.addAll(published.keySet());
        Map<String, IssuerKeys> issuers = new HashMap<>();
        for (String issuer : names) {
            issuers.put(issuer, new IssuerKeys(fixed.getOrDefault(issuer, Map.of()), published.get(issuer)));
        }
        return new TokenVerifier(settings.tokens(), Map.copyOf(issuers), clock);
    }

    private static Map<String, PublishedKeys> published(JwksSettings settings, Clock clock) {
        if (settings.urls().isEmpty()) {
            return Map.of();
        }
        JwksFetch fetch = new JwksFetch(settings);
        Map<String, PublishedKeys> published = new HashMap<>();
        for (Map.Entry<String, URI> entry : settings.urls().entrySet()) {
            URI url = entry.getValue();
            published.put(entry.getKey(), new PublishedKeys(entry.getKey(), () -> fetch.fetch(url), settings, clock));
        }
        return published;
    }

    /** Never fails: whatever is wrong with the token, or with the keys' server, is a {@link Rejected}. */
    public CompletionStage<Verified> verify(String token) {
        if (token.length() > rules.maxSize()) {
            return done(new Rejected(Rejection.TOO_LARGE, "a token is at most " + rules.maxSize() + " bytes"));
        }
        Print print = Print.of(token);
        Instant now = clock.instant();
        Login login = remembered(print, now);
        if (login != null) {
            return done(new Authenticated(login));
        }
        try {
            TokenText text = TokenText.parse(token);
            IssuerKeys issuer = issuers.get(text.issuer());
            if (issuer == null) {
                return done(new Rejected(Rejection.WRONG_ISSUER, "iss names no issuer that is trusted here"));
            }
            BoundKey key = issuer.known(text.kid(), now);
            return key != null
                    ? done(prove(text, issuer, key, print))
                    : issuer.ask(text.kid())
                            .thenApply(found -> prove(text, issuer, found, print))
                            .exceptionally(TokenVerifier::rejected);
        } catch (RejectedToken e) {
            return done(e.asRejected());
        }
    }

    private @Nullable Login remembered(Print print, Instant now) {
        Proof proof = remembered.find(print);
        if (proof == null) {
            return null;
        }
        if (proof.login().expired(now) || proof.issuer().known(proof.key().kid(), now) != proof.key()) {
            remembered.forget(print);
            return null;
        }
        return proof.login();
    }

    private Verified prove(TokenText text, IssuerKeys issuer, BoundKey key, Print print) {
        if (key.algorithm() != text.algorithm()) {
            throw new RejectedToken(Rejection.ALGORITHM, "alg is not the algorithm that key is for");
        }
        if (!key.verifies(text.signed(), text.signature())) {
            throw new RejectedToken(Rejection.BAD_SIGNATURE, "the signature doesn't fit the token");
        }
        Login login = LoginClaims.read(text.payload(), rules, clock.instant());
        remembered.keep(print, new Proof(login, issuer, key));
        return new Authenticated(login);
    }

    private static Verified rejected(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RejectedToken token) {
            return token.asRejected();
        }
        throw new CompletionException(cause);
    }

    private static CompletionStage<Verified> done(Verified verified) {
        return CompletableFuture.completedFuture(verified);
    }
}
