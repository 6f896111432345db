package io.millrace.platform.relay;

import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Event;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A line for each event that this node's clients are told, at debug: off unless {@code MILLRACE_LOG_TRAFFIC} is that. */
final class Traffic {
    private static final Logger LOG = LoggerFactory.getLogger("millrace.traffic");

    private Traffic() {}

    static void published(ChannelName channel, List<Event> events, int clients) {
        if (LOG.isDebugEnabled()) {
            for (Event event : events) {
                LOG.atDebug()
                        .addKeyValue("channel", channel.value())
                        .addKeyValue("offset", event.offset())
                        .log(
                                "Published {} to {} clients, channel: {}",
                                event.type().value(),
                                clients,
                                channel);
            }
        }
    }
}
