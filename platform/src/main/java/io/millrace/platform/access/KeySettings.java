package io.millrace.platform.access;

import com.typesafe.config.Config;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * One key of {@code millrace.access.keys}: whose tokens it proves, by which name and with which algorithm.
 *
 * @param issuer the {@code iss} of its tokens
 * @param kid the name tokens call it by: 1 to 128 printable ASCII characters
 * @param material the secret's text (HS256, its UTF-8 bytes are the key) or the public key as PEM text or a path to it
 */
public record KeySettings(String issuer, String kid, SigningAlgorithm algorithm, String material) {
    static final Pattern KID = Pattern.compile("[\\x21-\\x7e]{1,128}");

    public KeySettings {
        if (issuer.isBlank()) {
            throw new IllegalArgumentException("issuer is missing, here and as millrace.access.issuer");
        }
        if (!KID.matcher(kid).matches()) {
            throw new IllegalArgumentException("kid must be 1 to 128 printable ASCII characters");
        }
        bind(kid, algorithm, material);
    }

    static KeySettings from(Config config, String defaultIssuer) {
        String name = config.getString("algorithm");
        SigningAlgorithm algorithm = SigningAlgorithm.named(name);
        if (algorithm == null) {
            throw new IllegalArgumentException("algorithm must be one of HS256, RS256, ES256, EdDSA");
        }
        String wanted = algorithm == SigningAlgorithm.HS256 ? "secret" : "public-key";
        String other = algorithm == SigningAlgorithm.HS256 ? "public-key" : "secret";
        if (!config.hasPath(wanted) || config.hasPath(other)) {
            throw new IllegalArgumentException(wanted + " is what " + name + " takes, and no " + other);
        }
        return new KeySettings(
                config.hasPath("issuer") ? config.getString("issuer") : defaultIssuer,
                config.getString("kid"),
                algorithm,
                config.getString(wanted));
    }

    BoundKey key() {
        return bind(kid, algorithm, material);
    }

    private static BoundKey bind(String kid, SigningAlgorithm algorithm, String material) {
        if (algorithm == SigningAlgorithm.HS256) {
            byte[] secret = material.getBytes(StandardCharsets.UTF_8);
            Secrets.requireStrong(secret);
            return BoundKey.hmac(kid, secret);
        }
        return BoundKey.of(kid, algorithm, PublicKeys.read(algorithm, material));
    }

    /** Without the material: settings end up in logs. */
    @Override
    public String toString() {
        return "KeySettings[issuer=" + issuer + ", kid=" + kid + ", algorithm=" + algorithm.wireName() + "]";
    }
}
