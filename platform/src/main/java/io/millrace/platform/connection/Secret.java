package io.millrace.platform.connection;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** What a client shows to go on with its session. It is told once and not kept: the server knows its hash. */
final class Secret {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 24;

    private Secret() {}

    /** 192 random bits, so that guessing is hopeless at any rate. */
    static String mint() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static byte[] hash(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /** The hash as it travels between nodes. */
    static String proof(String secret) {
        return Base64.getEncoder().encodeToString(hash(secret));
    }

    /** In a time that doesn't tell how much of it is right. */
    static boolean isProven(byte[] hash, String proof) {
        return MessageDigest.isEqual(hash, Base64.getDecoder().decode(proof));
    }
}
