package io.millrace.platform.presence;

/**
 * A user on a channel.
 *
 * @param connections how many the user has there; 0 is gone
 * @param sinceMillis when the first of them came
 */
public record Present(String user, int connections, long sinceMillis) {}
