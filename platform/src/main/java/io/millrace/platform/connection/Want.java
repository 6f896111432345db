package io.millrace.platform.connection;

import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Filter;
import io.millrace.protocol.Start;
import org.jspecify.annotations.Nullable;

/**
 * A channel that a client wants and where it wants to begin.
 *
 * @param lastEventId what the client gave as its last event id, whatever that is; it goes before {@code start}, and what
 *     can't be honoured is answered with a reset
 * @param filter which of its events the client wants
 */
public record Want(ChannelName channel, @Nullable String lastEventId, Start start, Filter filter) {
    public Want(ChannelName channel, @Nullable String lastEventId, Start start) {
        this(channel, lastEventId, start, Filter.NONE);
    }
}
