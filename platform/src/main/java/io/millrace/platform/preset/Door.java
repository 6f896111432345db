package io.millrace.platform.preset;

/** What an alias leads to. */
public enum Door {
    /** An event stream, as {@code GET /v1/events}. */
    STREAM,
    /** A WebSocket, as {@code GET /v1/ws}. */
    SOCKET,
    /** A page of history, or of several channels' together. */
    HISTORY,
    /** This node's figures, for admins. */
    STATS
}
