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
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** This node's figures in one document: what {@code /v1/stats} and the admin port's {@code /stats} show. */
public final class Stats {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CHANNELS = 1000;

    private final MeterRegistry registry;
    private final Connections connections;
    private final Epoch epoch;
    private final String node;
    private final BooleanSupplier database;
    private final Supplier<List<Map<String, Object>>> ingest;
    private final Instant since = Instant.now();

    /**
     * @param database whether it answers, as was last seen; must not block
     * @param ingest how each line from a database is
     */
    public Stats(
            MeterRegistry registry,
            Connections connections,
            Epoch epoch,
            String node,
            BooleanSupplier database,
            Supplier<List<Map<String, Object>>> ingest) {
        this.ingest = ingest;
        this.database = database;
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
        Map<String, Integer> subscribers = connections.subscribers();
        stats.put("connectedClients", connections.count());
        stats.put("channels", channels(subscribers));
        stats.put(
                "eventHistorySize",
                sum(registry.find("millrace.relay.kept.events").meter()));
        stats.put("sse", transport("sse"));
        stats.put("websocket", transport("websocket"));
        stats.put("channelManager", channelManager(subscribers));
        stats.put("publishedEvents", counter("millrace.published.events"));
        stats.put(
                "deliveredEvents",
                of("millrace.delivered.events", "sse") + of("millrace.delivered.events", "websocket"));
        stats.put("ingest", ingest.get());
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

    private Map<String, Object> transport(String transport) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("totalConnections", of("millrace.connections.open", transport));
        figures.put("totalEvents", of("millrace.delivered.events", transport));
        return figures;
    }

    private long of(String name, String transport) {
        return sum(registry.find(name).tag("transport", transport).meter());
    }

    private static List<Map<String, Object>> channels(Map<String, Integer> subscribers) {
        return subscribers.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(CHANNELS)
                .map(entry -> {
                    Map<String, Object> channel = new LinkedHashMap<>();
                    channel.put("channel", entry.getKey());
                    channel.put("subscribers", entry.getValue());
                    return channel;
                })
                .toList();
    }

    private Map<String, Object> channelManager(Map<String, Integer> subscribers) {
        Map<String, Object> manager = new LinkedHashMap<>();
        manager.put("isConnected", database.getAsBoolean());
        manager.put("activeChannels", subscribers.size());
        manager.put(
                "totalSubscriptions",
                subscribers.values().stream().mapToInt(Integer::intValue).sum());
        return manager;
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
