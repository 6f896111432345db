package io.millrace.platform.access;

/** The answer of {@link Access}. */
public sealed interface Decision {
    record Allowed() implements Decision {}

    /** @param why one sentence for the caller, without the names of others or the text of a rule */
    record Denied(Reason reason, String why) implements Decision {}

    enum Reason {
        /** The login's time is over: log in again. */
        EXPIRED,
        /** The login was taken back. */
        REVOKED,
        /** No rule allows it. */
        NOT_GRANTED,
        /** A rule forbids it, whatever others allow. */
        DENIED_BY_RULE,
        /** The name belongs to the product itself. */
        RESERVED
    }

    default boolean allowed() {
        return this instanceof Allowed;
    }
}
