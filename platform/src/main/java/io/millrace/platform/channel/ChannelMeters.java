package io.millrace.platform.channel;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * What the channels that live on this node say to the relays of others. Messages by events is what an event costs the
 * cluster's links: never more than the number of other nodes that follow, and less where events are gathered.
 */
public final class ChannelMeters {
    private final Counter events;
    private final Counter elsewhere;

    public ChannelMeters(MeterRegistry registry) {
        events = Counter.builder("millrace.channel.events")
                .description("events appended by the channels that live on this node")
                .register(registry);
        elsewhere = Counter.builder("millrace.channel.announcements.remote")
                .description("messages by which those channels told other nodes of new events")
                .register(registry);
    }

    void announced(int count, int messagesElsewhere) {
        events.increment(count);
        elsewhere.increment(messagesElsewhere);
    }
}
