package io.millrace.platform.connection;

import io.millrace.protocol.Refusal;

/** A connection that may not begin. Not a failure: it has no stack trace and isn't logged as one. */
public final class NotAdmitted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    NotAdmitted(Refusal refusal) {
        super(refusal.code().code(), null, false, false);
        this.refusal = refusal;
    }

    public Refusal refusal() {
        return refusal;
    }
}
