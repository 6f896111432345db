package io.millrace.platform.access;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** What an HMAC secret must not be: short, copied from an example, or the public half of a key pair. */
final class Secrets {
    static final int MIN_BYTES = 32;
    private static final int MIN_DISTINCT_BYTES = 8;

    /** Beginnings of secrets that stand in examples, compared without case and punctuation. */
    private static final List<String> KNOWN = List.of(
            "changeme",
            "changethis",
            "replaceme",
            "astringsecretatleast",
            "your256bitsecret",
            "yoursecret",
            "mysecret",
            "supersecret",
            "secret",
            "thisisasecret",
            "password",
            "default",
            "example",
            "insecure",
            "millrace",
            "todo",
            "0123456789",
            "1234567890",
            "abcdefghij");

    private Secrets() {}

    /** @throws IllegalArgumentException naming the rule that is broken, never the secret */
    static void requireStrong(byte[] secret) {
        if (secret.length < MIN_BYTES) {
            throw new IllegalArgumentException(
                    "secret must be at least " + MIN_BYTES + " bytes, make one with: openssl rand -base64 48");
        }
        String text = new String(secret, StandardCharsets.ISO_8859_1);
        if (text.contains("-----BEGIN") || text.stripLeading().startsWith("ssh-")) {
            // whoever knows a public key could sign with it as if it were the secret
            throw new IllegalArgumentException(
                    "secret must not be a PEM or public key: use public-key and RS256, ES256 or EdDSA");
        }
        String plain = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        if (KNOWN.stream().anyMatch(plain::startsWith)
                || text.chars().distinct().count() < MIN_DISTINCT_BYTES) {
            throw new IllegalArgumentException("secret looks like an example: make one with: openssl rand -base64 48");
        }
    }
}
