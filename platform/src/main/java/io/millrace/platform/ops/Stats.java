package io.millrace.platform.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.platform.connection.Connections;
import io.millrace.platform.connection.NodeFigures;
import io.millrace.platform.connection.NodeFigures.Carried;
import io.millrace.protocol.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** This node's own figures: for the console, and for {@link ClusterStats} on any node. */
public final class Stats {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final MeterRegistry registry;
    private final Connections connections;
    private final Epoch epoch;
    private final String node;
    private final BooleanSupplier database;
    private final Supplier<List<Map<String, Object>>> ingest;
    private final Instant since = Instant.now();

    /**
     * @param node its address in the cluster
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

    /** @param name as other nodes know this one */
    public NodeFigures here(String name) {
        Map<String, Integer> followed = connections.subscribers();
        return new NodeFigures(
                name,
                uptimeSeconds(),
                sum(registry.find("millrace.relay.kept.events").meter()),
                carried("sse"),
                carried("websocket"),
                sum(registry.find("millrace.published.events").meter()),
                database.getAsBoolean(),
                NodeFigures.mostFollowed(followed),
                followed.size(),
                followed.values().stream().mapToInt(Integer::intValue).sum(),
                json(ingest.get()));
    }

    long uptimeSeconds() {
        return Duration.between(since, Instant.now()).toSeconds();
    }

    List<Map<String, Object>> ingest() {
        return ingest.get();
    }

    String node() {
        return node;
    }

    Epoch epoch() {
        return epoch;
    }

    /** What is open and delivered by this node, as one object. */
    static Map<String, Object> document(NodeFigures figures) {
        Map<String, Object> stats = new LinkedHashMap<>();
        stats.put("uptimeSeconds", figures.uptimeSeconds());
        stats.put(
                "connectedClients",
                figures.sse().connections() + figures.webSocket().connections());
        stats.put("eventHistorySize", figures.historySize());
        stats.put("sse", transport(figures.sse()));
        stats.put("websocket", transport(figures.webSocket()));
        Map<String, Object> manager = new LinkedHashMap<>();
        manager.put("isConnected", figures.database());
        manager.put("activeChannels", figures.activeChannels());
        manager.put("totalSubscriptions", figures.subscriptions());
        stats.put("channelManager", manager);
        stats.put("publishedEvents", figures.publishedEvents());
        stats.put(
                "deliveredEvents", figures.sse().events() + figures.webSocket().events());
        stats.put("ingest", parsed(figures.ingest()));
        return stats;
    }

    private static Map<String, Object> transport(Carried carried) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("totalConnections", carried.connections());
        figures.put("totalEvents", carried.events());
        return figures;
    }

    private Carried carried(String transport) {
        return new Carried(of("millrace.connections.open", transport), of("millrace.delivered.events", transport));
    }

    private long of(String name, String transport) {
        return sum(registry.find(name).tag("transport", transport).meter());
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

    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps of texts and numbers are always JSON", e);
        }
    }

    private static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("another node wrote it as JSON", e);
        }
    }
}
