package io.millrace.protocol;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** Where a stream or a page is asked to begin: {@code earliest}, {@code latest}, {@code state}, a cursor, or an ISO 8601 time. */
public sealed interface Start {
    /** With the oldest event still kept. */
    record Earliest() implements Start {}

    /** With what comes next, and nothing from before. */
    record Latest() implements Start {}

    /** With the channel's state, and then what changes it. */
    record State() implements Start {}

    /** Just after the cursor's position. */
    record After(Cursor cursor) implements Start {}

    /** With the first event at this time or later. */
    record Since(Instant time) implements Start {}

    /** @throws InvalidInput ({@code invalid-parameter}) naming {@code from} */
    static Start parse(String from) {
        if (from.equals("earliest")) {
            return new Earliest();
        }
        if (from.equals("latest")) {
            return new Latest();
        }
        if (from.equals("state")) {
            return new State();
        }
        if (Cursor.parse(from) instanceof Cursor.Valid valid) {
            return new After(valid.cursor());
        }
        try {
            return new Since(OffsetDateTime.parse(from).toInstant());
        } catch (DateTimeException notATime) {
            throw new InvalidInput(
                    Code.INVALID_PARAMETER,
                    "from",
                    "must be earliest, latest, state, an event's id, or a time with its zone such as 2026-01-31T12:00:00Z");
        }
    }
}
