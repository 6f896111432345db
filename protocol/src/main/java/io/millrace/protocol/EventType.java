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
            "connected",
            "reset",
            "complete",
            "problem",
            "reconnect",
            "heartbeat",
            "presence",
            "error",
            "open",
            "message");

    public EventType {
        Texts.requirePrintable("type", value, MAX_BYTES);
        if (RESERVED.contains(value)) {
            throw new InvalidInput(
                    "type",
                    "'" + value + "' is reserved for control events and for the browser's EventSource; use another"
                            + " name, such as 'app." + value + "'");
        }
    }

    public static EventType of(String value) {
        return new EventType(value);
    }

    public byte[] utf8() {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return value;
    }
}
