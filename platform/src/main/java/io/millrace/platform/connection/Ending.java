package io.millrace.platform.connection;

import org.jspecify.annotations.Nullable;

/**
 * How one connection ended.
 *
 * @param code of the catalogue, or {@code client-left}
 */
public record Ending(
        String connectionId,
        @Nullable String userId,
        String transport,
        String address,
        long connectedAtMillis,
        long endedAtMillis,
        String code) {}
