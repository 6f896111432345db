package io.millrace.platform.connection;

import io.millrace.protocol.Code;
import io.millrace.protocol.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a client that claims a session.
 *
 * @param session the client's own from now on; null where it is refused
 * @param refused the code's name, where it is
 */
public record Claimed(@Nullable Session session, @Nullable String refused) implements Travels {
    static final Claimed UNKNOWN = refused(Code.SESSION_UNKNOWN);

    static Claimed granted(Session session) {
        return new Claimed(session, null);
    }

    static Claimed refused(Code code) {
        return new Claimed(null, code.name());
    }

    /** Why there is no session. */
    public Refusal refusal() {
        return Refusal.of(refused == null ? Code.SESSION_UNKNOWN : Code.valueOf(refused));
    }

    /** Whether the client may still log in on the same connection. */
    public boolean isUnknown() {
        return refusal().code() == Code.SESSION_UNKNOWN;
    }
}
