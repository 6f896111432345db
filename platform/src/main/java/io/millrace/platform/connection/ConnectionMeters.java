package io.millrace.platform.connection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.millrace.protocol.Code;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** What connections count, summed over the node. */
final class ConnectionMeters {
    private static final Duration[] BROADCAST_TIMES = LongStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final Map<Transport, AtomicInteger> open = new EnumMap<>(Transport.class);
    private final Map<Transport, LongAdder> delivered = new EnumMap<>(Transport.class);
    private final MeterRegistry registry;
    final Counter resets;
    final Counter fellBehind;
    final Counter resumed;
    final Counter leftOut;
    final Timer broadcast;

    ConnectionMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Transport transport : Transport.values()) {
            open.put(
                    transport,
                    registry.gauge(
                            "millrace.connections.open",
                            Tags.of("transport", transport.name().toLowerCase(Locale.ROOT)),
                            new AtomicInteger()));
        }
        for (Transport transport : Transport.values()) {
            LongAdder events = new LongAdder();
            delivered.put(transport, events);
            FunctionCounter.builder("millrace.delivered.events", events, LongAdder::sum)
                    .description("events handed to sockets")
                    .tag("transport", transport.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        resets = Counter.builder("millrace.connection.resets")
                .description("channels that could not go on where the client asked")
                .register(registry);
        resumed = Counter.builder("millrace.connection.resumed")
                .description("channels that went on exactly where a client that came back had left them")
                .register(registry);
        leftOut = Counter.builder("millrace.connection.left.out")
                .description("events a slow client was not sent, since it gets the newest of each value only")
                .register(registry);
        registry.counter("millrace.messages.refused", "code", Code.TOO_MANY_CHANNELS.code());
        registry.counter("millrace.connections.refused", "code", Code.TOO_MANY_CONNECTIONS.code());
        broadcast = Timer.builder("millrace.broadcast")
                .description("from an event's coming to this node until it was handed to a subscriber's socket")
                .serviceLevelObjectives(BROADCAST_TIMES)
                .register(registry);
        fellBehind = Counter.builder("millrace.connection.fell.behind")
                .description("times a slow client fell off the live list and went back to the journal")
                .register(registry);
    }

    void waitingSessions(Supplier<Number> waiting) {
        Gauge.builder("millrace.sessions.waiting", waiting)
                .description("sessions whose client has gone and may come back")
                .register(registry);
    }

    /** A client came back and was given its session, or was refused it. */
    void sessionClaimed(Claimed claimed) {
        String outcome =
                claimed.session() != null ? "resumed" : claimed.refusal().code().code();
        registry.counter("millrace.sessions.claims", "outcome", outcome).increment();
    }

    void sessionLost() {
        registry.counter("millrace.sessions.lost").increment();
    }

    void opened(Transport transport) {
        gauge(transport).incrementAndGet();
    }

    void closed(Transport transport, String code) {
        gauge(transport).decrementAndGet();
        registry.counter("millrace.connections.ended", "code", code).increment();
    }

    /** Somebody was not let in. */
    void refused(Code code) {
        registry.counter("millrace.connections.refused", "code", code.code()).increment();
    }

    /** What a WebSocket's client said was refused. */
    void refusedMessage(Code code) {
        registry.counter("millrace.messages.refused", "code", code.code()).increment();
    }

    void delivered(Transport transport, int events) {
        LongAdder sum = delivered.get(transport);
        if (sum != null) {
            sum.add(events);
        }
    }

    private AtomicInteger gauge(Transport transport) {
        AtomicInteger gauge = open.get(transport);
        if (gauge == null) {
            throw new IllegalStateException("no gauge for " + transport);
        }
        return gauge;
    }
}
