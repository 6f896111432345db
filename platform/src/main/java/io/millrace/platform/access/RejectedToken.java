package io.millrace.platform.access;

import io.millrace.platform.access.Verified.Rejected;
import io.millrace.platform.access.Verified.Rejection;

/** Carries a rejection out of nested reading; never leaves the room. */
final class RejectedToken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Rejection reason;
    private final String why;

    RejectedToken(Rejection reason, String why) {
        super(why, null, false, false);
        this.reason = reason;
        this.why = why;
    }

    Rejected asRejected() {
        return new Rejected(reason, why);
    }
}
