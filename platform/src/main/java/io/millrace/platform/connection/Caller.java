package io.millrace.platform.connection;

import org.jspecify.annotations.Nullable;

/**
 * What a connection was asked for beside its channels, and from where.
 *
 * @param address the client's own address, as far as proxies can be believed; empty where it isn't known
 * @param own whether a WebSocket subscribes to its login's own channels as soon as there is a login
 * @param presence whether an event stream hears who is on its channels
 * @param session whether the connection's session outlives it
 * @param resumes the connection whose session an event stream goes on with
 * @param limits those of the door it came by, where they aren't everybody's
 */
public record Caller(
        String address,
        boolean own,
        boolean presence,
        boolean session,
        @Nullable String resumes,
        @Nullable LimitSettings limits) {
    public static final Caller UNKNOWN = new Caller("", false, false, false, null, null);
}
