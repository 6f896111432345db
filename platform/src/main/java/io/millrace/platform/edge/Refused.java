package io.millrace.platform.edge;

import io.millrace.protocol.Refusal;

/** Ends the handling of a request with a refusal. Not a failure: it has no stack trace and isn't logged as one. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    Refused(Refusal refusal) {
        super(refusal.code().code(), null, false, false);
        this.refusal = refusal;
    }

    Refusal refusal() {
        return refusal;
    }
}
