package io.millrace.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * What kind of thing an event says, such as {@code worker.metrics.updated} or {@code horses:created}: 1 to 255 bytes of
 * UTF-8 without control characters or lone surrogates. The names of control events can't be taken, nor those an
 * EventSource uses for itself.
 */
public record EventType(String value) {
    public static final int MAX_BYTES = 255;

    /** Names a publisher can't use: the control events, and what a browser's EventSource dispatches by itself. */
    public static final Set<String> RESERVED = Set.of(
            "connected", "reset", "state", "complete", "problem", "reconnect", "heartbeat", "error", "open", "message");

    /** The end of a finite stream, in peace; only {@link StreamEnd} makes it. */
    static final EventType COMPLETE = new EventType("complete");

    /** The end of a finite stream whose publisher failed; only {@link StreamEnd} makes it. */
    static final EventType PROBLEM = new EventType("problem");

    /**
     * A type as the journal kept it. The reserved names are not looked at here: a stream's end has one of them, and an
     * event that was published before a name was reserved must stay readable.
     */
    public EventType {
        Texts.requirePrintable("type", value, MAX_BYTES);
    }

    /** A type as a publisher may name it. */
    public static EventType of(String value) {
        EventType type = new EventType(value);
        if (RESERVED.contains(value)) {
            throw new InvalidInput(
                    "type",
                    "'" + value + "' is reserved for control events and for the browser's EventSource; use another"
                            + " name, such as 'app." + value + "'");
        }
        return type;
    }

    /** Whether an event of this type ends its channel's stream. */
    public boolean isEnd() {
        return equals(COMPLETE) || equals(PROBLEM);
    }

    public byte[] utf8() {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return value;
    }
}
