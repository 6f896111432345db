package io.millrace.platform.relay;

import io.millrace.protocol.JsonData;
import io.millrace.protocol.Refusal;

/** What became of asking for a channel's state. */
public sealed interface StateRead {

    /** What all events up to {@code offset} come to, and no other. */
    record At(long offset, JsonData data) implements StateRead {}

    record Refused(Refusal refusal) implements StateRead {}
}
