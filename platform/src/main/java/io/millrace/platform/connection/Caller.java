package io.millrace.platform.connection;

/**
 * What a connection was asked for beside its channels, and from where.
 *
 * @param address the client's own address, as far as proxies can be believed; empty where it isn't known
 * @param own whether a WebSocket subscribes to its login's own channels as soon as there is a login
 */
public record Caller(String address, boolean own) {
    public static final Caller UNKNOWN = new Caller("", false);
}
