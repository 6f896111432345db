package io.millrace.platform.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that held, by their SHA-256, so that memory never holds a token and a publisher's next request costs a hash
 * instead of a signature. Bounded; the one unused for longest goes first.
 */
final class RememberedTokens {
    private final Map<Print, Proof> proofs;

    /** A token's SHA-256: nobody can make two tokens with the same one. */
    record Print(long a, long b, long c, long d) {
        static Print of(String token) {
            try {
                ByteBuffer hash = ByteBuffer.wrap(
                        MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
                return new Print(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
    }

    /** A login and the key that proved it: good as long as neither has ended. */
    record Proof(Login login, IssuerKeys issuer, BoundKey key) {}

    RememberedTokens(int capacity) {
        this.proofs = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Print, Proof> eldest) {
                return size() > capacity;
            }
        };
    }

    synchronized @Nullable Proof find(Print token) {
        return proofs.get(token);
    }

    synchronized void keep(Print token, Proof proof) {
        proofs.put(token, proof);
    }

    synchronized void forget(Print token) {
        proofs.remove(token);
    }

    synchronized int size() {
        return proofs.size();
    }
}
