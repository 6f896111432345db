package io.millrace.protocol;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that was allowed and was taken back.
 *
 * @param kind what {@code value} names
 * @param value a user, a token's id (jti) or a connection's id
 * @param reason for people; null where none was given
 * @param by who did it
 * @param until from then on it counts no longer; null: until it is taken away
 */
public record Revocation(
        long id, Kind kind, String value, @Nullable String reason, String by, Instant at, @Nullable Instant until) {

    /** What is revoked; on the wire the member's name is {@link #wireName()}. */
    public enum Kind {
        /** Every login of the user by a token issued until now, or by one that doesn't say when it was. */
        USER,
        /** One token. */
        TOKEN,
        /** One connection, as long as it lives. */
        CONNECTION;

        public String wireName() {
            return this == TOKEN ? "tokenId" : name().toLowerCase(Locale.ROOT);
        }
    }

    public boolean holds(Instant now) {
        return until == null || now.isBefore(until);
    }

    public byte[] json() {
        return new JsonObjectWriter()
                .number("id", id)
                .text(kind.wireName(), value)
                .text("reason", reason)
                .text("by", by)
                .time("at", at)
                .time("until", until)
                .bytes();
    }
}
