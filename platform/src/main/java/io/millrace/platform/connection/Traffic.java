package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.protocol.ChannelName;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Lines about single clients, for whoever follows a log while looking for one of them. Off unless {@code MILLRACE_LOG_TRAFFIC}
 * says otherwise: {@code info} tells who comes, goes and subscribes, {@code debug} each write as well.
 */
final class Traffic {
    private static final Logger LOG = LoggerFactory.getLogger("millrace.traffic");

    private Traffic() {}

    static void connected(Card card, Login login) {
        of(card).addKeyValue("userId", login.subject())
                .log("[{}] Client connected: {}, userId: {}", label(card.transport()), card.id(), login.subject());
    }

    static void subscribed(Card card, ChannelName channel) {
        of(card).addKeyValue("channel", channel.value())
                .log("[{}] Subscribed to channel: {}, client: {}", label(card.transport()), channel, card.id());
    }

    /** @param code why it ended */
    static void disconnected(Card card, String code) {
        of(card).addKeyValue("code", code)
                .log("[{}] Client disconnected: {} ({})", label(card.transport()), card.id(), code);
    }

    /** @param nanos since the first of the events came to this node */
    static void sent(Transport transport, int events, long nanos) {
        if (LOG.isDebugEnabled()) {
            LOG.debug("[{}] Sent in {} ms: {} events", label(transport), TimeUnit.NANOSECONDS.toMillis(nanos), events);
        }
    }

    private static LoggingEventBuilder of(Card card) {
        return LOG.atInfo().addKeyValue("connectionId", card.id());
    }

    private static String label(Transport transport) {
        return transport == Transport.SSE ? "SSE" : "WS";
    }
}
