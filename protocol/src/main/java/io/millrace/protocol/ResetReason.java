package io.millrace.protocol;

/** Why a stream can't go on exactly where the client asked. */
public enum ResetReason {
    /** What comes next after the position asked for is no longer kept. */
    RETENTION,
    /** The position belongs to another life of the journal. */
    EPOCH,
    /** The position lies after the newest event. */
    FUTURE,
    /** The cursor doesn't know this channel. */
    FOREIGN,
    /** The cursor was cut short, changed, or never one. */
    MALFORMED;

    /** The name on the wire. */
    public String code() {
        return Texts.kebab(name());
    }
}
