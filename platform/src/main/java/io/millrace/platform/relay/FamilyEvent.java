package io.millrace.platform.relay;

import io.millrace.protocol.ChannelName;
import io.millrace.protocol.CommitPosition;

/** One event of a family as its listeners have it: where it stands among all of them, and its bytes. */
public record FamilyEvent(CommitPosition position, ChannelName channel, EncodedEvent event) {}
