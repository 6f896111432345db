package io.millrace.platform.connection;

import io.millrace.platform.access.Decision.Denied;
import io.millrace.platform.access.Verified;
import io.millrace.protocol.Code;
import io.millrace.protocol.Refusal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How what {@code access} says is told to a client: the one place where its words meet the catalogue. */
public final class Refusals {
    private Refusals() {}

    public static Refusal of(Denied denied) {
        return switch (denied.reason()) {
            case EXPIRED -> Refusal.of(Code.TOKEN_EXPIRED, denied.why());
            case REVOKED -> Refusal.of(Code.REVOKED, denied.why());
            case RESERVED -> Refusal.of(Code.RESERVED_CHANNEL, denied.why());
            case NOT_GRANTED, DENIED_BY_RULE -> Refusal.of(Code.FORBIDDEN, denied.why());
        };
    }

    /** For a client that says it is one user and logs in as another. */
    public static Refusal otherUser() {
        return Refusal.of(Code.FORBIDDEN, "userId: is not whom the token names; leave it out");
    }

    /** For a token that didn't hold, or (null) could not be checked at all. */
    public static Refusal of(@Nullable Verified verified) {
        if (!(verified instanceof Verified.Rejected rejected)) {
            return Refusal.of(Code.INTERNAL_ERROR);
        }
        return switch (rejected.reason()) {
            case EXPIRED -> Refusal.of(Code.TOKEN_EXPIRED, rejected.why());
            case REVOKED -> Refusal.of(Code.REVOKED, rejected.why());
            case KEYS_UNAVAILABLE -> new Refusal(Code.CHANNEL_UNAVAILABLE, rejected.why(), Duration.ofSeconds(5));
            default -> Refusal.of(Code.TOKEN_INVALID, rejected.why());
        };
    }
}
