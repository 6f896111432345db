package io.millrace.platform.connection;

/**
 * One subscription of a session.
 *
 * @param channel a channel, or a whole family as {@code family:*}
 * @param filter as {@link io.millrace.protocol.Filter#written} has it
 * @param from the cursor after which its events began on the connection: the client has none of them for sure
 * @param presence whether the client hears who else is there
 */
public record Held(String channel, String filter, String from, boolean presence) {}
