package io.millrace.platform.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.platform.connection.Connections;
import io.millrace.protocol.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** This node's figures in one document: what {@code /v1/stats} and the admin port's {@code /stats} show. */
public final class Stats {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final MeterRegistry registry;
    private final Connections connections;
    private final Epoch epoch;
    private final String node;
    private final Instant since = Instant.now();

    public Stats(MeterRegistry registry, Connections connections, Epoch epoch, String node) {
        this.registry = registry;
        this.connections = connections;
        this.epoch = epoch;
        this.node = node;
    }

    public Map<String, Object> now() {
        Map<String, Object> stats = new LinkedHashMap<>();
        stats.put("status", "ok");
        stats.put("node", node);
        stats.put("epoch", epoch.value());
        stats.put("uptimeSeconds", Duration.between(since, Instant.now()).toSeconds());
        stats.put("connectedClients", connections.count());
        stats.put("sse", Map.of("totalConnections", open("sse")));
        stats.put("websocket", Map.of("totalConnections", open("websocket")));
        stats.put("publishedEvents", counter("millrace.published.events"));
        stats.put("deliveredEvents", counter("millrace.delivered.events"));
        return stats;
    }

    /** {@link #now} as JSON. */
    public byte[] json() {
        try {
            return JSON.writeValueAsBytes(now());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps of texts and numbers are always JSON", e);
        }
    }

    private long open(String transport) {
        return sum(registry.find("millrace.connections.open")
                .tag("transport", transport)
                .gauge());
    }

    private long counter(String name) {
        return sum(registry.find(name).meter());
    }

    private static long sum(@Nullable Meter meter) {
        double sum = 0;
        if (meter != null) {
            for (var measurement : meter.measure()) {
                sum += measurement.getValue();
            }
        }
        return (long) sum;
    }
}
