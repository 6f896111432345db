package io.millrace.platform.connection;

import io.millrace.protocol.Code;
import io.millrace.protocol.Filter;
import io.millrace.protocol.InvalidInput;
import org.jspecify.annotations.Nullable;

/**
 * A whole family that a client wants.
 *
 * @param cursor where the client stands; what can't be honoured is answered with a reset
 * @param earliest begins with the oldest event that is kept, where there is no cursor; else live
 */
public record FamilyWant(String family, @Nullable String cursor, boolean earliest, Filter filter) {

    /**
     * @param from {@code earliest}, {@code latest}, a cursor, or null for live
     * @throws InvalidInput for a time, which the order of commits knows nothing of
     */
    public static FamilyWant of(String family, @Nullable String lastEventId, @Nullable String from, Filter filter) {
        boolean named = from == null || from.equals("earliest") || from.equals("latest");
        if (from != null && !named && !from.startsWith("w1.")) {
            throw new InvalidInput(
                    Code.INVALID_PARAMETER, "from", "of a whole family must be earliest, latest or one of its ids");
        }
        String cursor = lastEventId != null ? lastEventId : named ? null : from;
        return new FamilyWant(family, cursor, "earliest".equals(from), filter);
    }

    boolean isLiveOnly() {
        return cursor == null && !earliest;
    }

    /** The family that a pattern such as {@code jobs:*} names, or null where it is no such pattern. */
    public static @Nullable String familyOf(String pattern) {
        return pattern.endsWith(":*") ? pattern.substring(0, pattern.length() - 2) : null;
    }
}
