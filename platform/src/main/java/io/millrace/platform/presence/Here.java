package io.millrace.platform.presence;

/**
 * A user on a channel, or one who was.
 *
 * @param connections on all nodes; 0 is gone
 * @param sinceMillis since when without a break
 * @param seenMillis when the user was last known to be there
 */
public record Here(String user, int connections, long sinceMillis, long seenMillis) {}
