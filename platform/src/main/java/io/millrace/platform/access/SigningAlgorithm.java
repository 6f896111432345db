package io.millrace.platform.access;

import com.nimbusds.jose.JWSAlgorithm;
import org.jspecify.annotations.Nullable;

/** The allow-list: a token signed in any other way is refused before its claims are looked at. */
public enum SigningAlgorithm {
    HS256(JWSAlgorithm.HS256),
    RS256(JWSAlgorithm.RS256),
    ES256(JWSAlgorithm.ES256),
    /** Ed25519 only; by its name in the header, {@code EdDSA} (RFC 8037). */
    EDDSA(JWSAlgorithm.EdDSA);

    private final JWSAlgorithm jose;

    SigningAlgorithm(JWSAlgorithm jose) {
        this.jose = jose;
    }

    JWSAlgorithm jose() {
        return jose;
    }

    /** The algorithm's name in a token's header and in settings, case included. */
    public String wireName() {
        return jose.getName();
    }

    static @Nullable SigningAlgorithm named(String wireName) {
        for (SigningAlgorithm algorithm : values()) {
            if (algorithm.wireName().equals(wireName)) {
                return algorithm;
            }
        }
        return null;
    }
}
