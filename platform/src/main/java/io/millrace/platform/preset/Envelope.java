package io.millrace.platform.preset;

/** What an event stream has as an event's {@code data:}, and by which name. */
public enum Envelope {
    /** The event's data, by the event's type. */
    DATA,
    /** The whole event with its channel and place, by its type. */
    FULL,
    /** The whole event, by no name: a browser's EventSource dispatches it as {@code message}, whatever its type is. */
    UNNAMED;

    public boolean isWhole() {
        return this != DATA;
    }
}
