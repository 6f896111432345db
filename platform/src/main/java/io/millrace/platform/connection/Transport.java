package io.millrace.platform.connection;

/** How a client is connected. */
public enum Transport {
    SSE,
    WEBSOCKET
}
