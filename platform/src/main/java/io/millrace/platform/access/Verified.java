package io.millrace.platform.access;

/** What became of a token. */
public sealed interface Verified {
    record Authenticated(Login login) implements Verified {}

    /** @param why one sentence that names the part at fault and never repeats the token's text */
    record Rejected(Rejection reason, String why) implements Verified {}

    enum Rejection {
        /** Not three base64url parts of well-formed JSON, or a header that asks for what isn't honoured. */
        MALFORMED,
        TOO_LARGE,
        /** The issuer has no key of that {@code kid}. */
        UNKNOWN_KEY,
        BAD_SIGNATURE,
        /** Not on the allow-list, or not the one the key is bound to. */
        ALGORITHM,
        EXPIRED,
        /** It was taken back. */
        REVOKED,
        NOT_YET_VALID,
        WRONG_ISSUER,
        WRONG_AUDIENCE,
        /** A claim is missing, of the wrong type or out of range. */
        BAD_CLAIMS,
        /** The issuer's key server can't be reached and no kept key will do: come back later. */
        KEYS_UNAVAILABLE
    }
}
