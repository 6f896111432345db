package io.millrace.platform.ops;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** This node's figures at one moment: sums since it started, from which the console's plots make rates. */
final class Figures {
    private static final Duration CANARY_PATIENCE = Duration.ofSeconds(5);

    private final MeterRegistry registry;
    private final Stats stats;
    private final Canary canary;

    Figures(MeterRegistry registry, Stats stats, Canary canary) {
        this.registry = registry;
        this.stats = stats;
        this.canary = canary;
    }

    /** With the time that a canary just took from its publish, by the journal, to this node's live list. */
    CompletionStage<Map<String, Object>> now() {
        long start = System.nanoTime();
        return canary.fly(CANARY_PATIENCE).thenApply(back -> {
            Map<String, Object> figures = figures();
            if (back) {
                figures.put("canaryMillis", (System.nanoTime() - start) / 1e6);
            }
            return figures;
        });
    }

    private Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("at", System.currentTimeMillis());
        figures.put("node", stats.node());
        figures.put("epoch", stats.epoch().value());
        Map<String, Object> now = Stats.document(stats.here(""));
        for (String each : new String[] {"uptimeSeconds", "connectedClients", "channelManager"}) {
            figures.put(each, now.get(each));
        }
        figures.put("open", byTag("millrace.connections.open", "transport"));
        figures.put("delivered", byTag("millrace.delivered.events", "transport"));
        figures.put("ended", byTag("millrace.connections.ended", "code"));
        figures.put("refused", byTag("millrace.connections.refused", "code"));
        figures.put("published", sum("millrace.published.events"));
        figures.put("resumed", sum("millrace.connection.resumed"));
        figures.put("resets", sum("millrace.connection.resets"));
        figures.put("fellBehind", sum("millrace.connection.fell.behind"));
        figures.put("gaps", sum("millrace.relay.gaps"));
        figures.put("journalReads", sum("millrace.relay.journal.reads"));
        figures.put("kept", sum("millrace.relay.kept.events"));
        figures.put("commit", latency("millrace.publish.commit"));
        return figures;
    }

    private Map<String, Object> byTag(String name, String tag) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Meter meter : registry.find(name).meters()) {
            String value = meter.getId().getTag(tag);
            values.put(value == null ? "" : value, value(meter));
        }
        return values;
    }

    private double sum(String name) {
        return registry.find(name).meters().stream().mapToDouble(Figures::value).sum();
    }

    private Map<String, Object> latency(String name) {
        Map<String, Object> latency = new LinkedHashMap<>();
        Timer timer = registry.find(name).timer();
        if (timer != null) {
            latency.put("count", timer.count());
            for (ValueAtPercentile each : timer.takeSnapshot().percentileValues()) {
                latency.put("p" + Math.round(each.percentile() * 100), each.value(TimeUnit.MILLISECONDS));
            }
        }
        return latency;
    }

    private static double value(Meter meter) {
        double value = 0;
        for (var measurement : meter.measure()) {
            value += measurement.getValue();
        }
        return Double.isFinite(value) ? value : 0;
    }
}
