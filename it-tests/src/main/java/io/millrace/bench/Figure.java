package io.millrace.bench;

import java.util.Locale;

/** Everything a run can measure, with its unit. The meanings are explained in {@code BENCHMARK.md}. */
enum Figure {
    DELIVERIES("deliveries", "", 0),
    DELIVERIES_PER_SECOND("deliveries_per_second", "/s", 0),
    CPU_PER_DELIVERY("cpu_per_delivery", "us", 2),
    CPU_PER_DELIVERY_WITH_CHILDREN("cpu_per_delivery_with_children", "us", 2),
    SERVER_CORES("server_cores", "", 2),
    GENERATOR_CORES("generator_cores", "", 2),
    REQUESTS("requests", "", 0),
    REQUESTS_PER_SECOND("requests_per_second", "/s", 0),
    EVENTS("events", "", 0),
    EVENTS_PER_SECOND("events_per_second", "/s", 0),
    CPU_PER_EVENT("cpu_per_event", "us", 2),
    CPU_PER_EVENT_WITH_CHILDREN("cpu_per_event_with_children", "us", 2),
    P50("latency_p50", "ms", 3),
    P90("latency_p90", "ms", 3),
    P99("latency_p99", "ms", 3),
    MAX("latency_max", "ms", 3),
    LAST_CAUGHT_UP("last_caught_up", "s", 3),
    CONNECTING("connecting", "s", 3),
    RSS_BEFORE("rss_before", "kB", 0),
    RSS_PER_CONNECTION("rss_per_connection", "kB", 2),
    HEAP_PER_CONNECTION("heap_per_connection", "kB", 2),
    JOURNAL_READS("journal_reads_per_1000_clients", "", 2),
    CPU_PER_ACCEPT("cpu_per_accept", "us", 1),
    CPU_PER_ACCEPT_WITH_CHILDREN("cpu_per_accept_with_children", "us", 1),
    RSS("rss", "kB", 0),
    CYCLES("cycles", "", 0),
    DESCRIPTORS_GROWN("descriptors_grown", "", 0),
    HEAP_GROWN("heap_grown", "kB", 0),
    ACTORS_LEFT("connection_actors_left", "", 0),
    RETRIED("retried", "", 0),
    LOST("lost", "", 0),
    DUPLICATED("duplicated", "", 0),
    REORDERED("reordered", "", 0);

    private final String key;
    private final String unit;
    private final int decimals;

    Figure(String key, String unit, int decimals) {
        this.key = key;
        this.unit = unit;
        this.decimals = decimals;
    }

    /** The name in {@code report.json}: the word with its unit, so that no reader has to guess. */
    String key() {
        return unit.isEmpty() || unit.equals("/s") ? key : key + "_" + unit.toLowerCase(Locale.ROOT);
    }

    String label() {
        return key.replace('_', ' ').replace(" per second", "");
    }

    String format(double value) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value)
                + (unit.isEmpty() || unit.equals("/s") ? unit : " " + unit);
    }
}
