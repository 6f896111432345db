package io.millrace.platform.presence;

/** A user came to a channel, or has left it with the last connection. */
public record Change(String user, boolean here, long timeMillis) {}
