package io.millrace.platform.edge;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.platform.connection.Connections;
import io.millrace.protocol.Code;
import io.millrace.protocol.Refusal;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Whether a node has room for one more connection: nobody is let in who can't be carried, and nobody is thrown out for a
 * newcomer. Each one refused is given its own time to come back, so that they don't all come at once.
 */
final class Capacity {
    private final Connections connections;
    private final boolean realtime;
    private final EdgeSettings.Admission settings;
    private final Bucket arrivals;
    private final Counter full;
    private final Counter busy;

    Capacity(Connections connections, EdgeSettings edge, MeterRegistry registry) {
        this.connections = connections;
        this.realtime = edge.realtime();
        this.settings = edge.admission();
        this.arrivals = Bucket.builder()
                .withNanosecondPrecision()
                .addLimit(limit ->
                        limit.capacity(settings.burst()).refillGreedy(settings.perSecond(), Duration.ofSeconds(1)))
                .build();
        this.full = refused(registry, Code.NODE_FULL);
        this.busy = refused(registry, Code.NODE_BUSY);
    }

    /** Takes a place, or refuses with {@link Refused}. */
    void require() {
        requireRealtime();
        if (connections.isLeaving()) {
            throw later(Code.SHUTTING_DOWN, Duration.ZERO);
        }
        if (connections.count() >= settings.connections()) {
            full.increment();
            throw later(Code.NODE_FULL, Duration.ofSeconds(1));
        }
        ConsumptionProbe arrival = arrivals.tryConsumeAndReturnRemaining(1);
        if (!arrival.isConsumed()) {
            busy.increment();
            throw later(Code.NODE_BUSY, Duration.ofNanos(arrival.getNanosToWaitForRefill()));
        }
    }

    /** Refuses where nothing is delivered live, without a time to come back: that would make a storm of those who wait. */
    void requireRealtime() {
        if (!realtime) {
            throw new Refused(Refusal.of(Code.REALTIME_OFF));
        }
    }

    private Refused later(Code code, Duration atLeast) {
        long spread = settings.comeBackWithin().toMillis();
        Duration after = atLeast.plusMillis(ThreadLocalRandom.current().nextLong(spread) + 1);
        return new Refused(Refusal.of(code, code.happened(), after));
    }

    private static Counter refused(MeterRegistry registry, Code code) {
        return Counter.builder("millrace.connections.refused")
                .description("Connections that were not let in")
                .tag("code", code.code())
                .register(registry);
    }
}
