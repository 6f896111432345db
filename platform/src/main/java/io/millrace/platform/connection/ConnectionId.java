package io.millrace.platform.connection;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * Names one connection: {@code <node>.<random>}. The part before the dot names the node whose socket it is, and is the
 * shard that the connection's actor lives in, so that any node can address it. Whoever knows an id may not do anything by
 * it alone.
 */
public record ConnectionId(String value) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_BYTES = 15;

    static ConnectionId mint(String node) {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return new ConnectionId(
                node + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    static String nodeOf(String id) {
        int dot = id.indexOf('.');
        return dot < 0 ? id : id.substring(0, dot);
    }

    @Override
    public String toString() {
        return value;
    }
}
