package io.millrace.platform.ingest;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What comes in from databases, by the name of its line. */
final class IngestMeters {
    private final MeterRegistry registry;

    IngestMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    void stored(String line, int events) {
        count(line, "stored", events);
    }

    void refused(String line, int events) {
        count(line, "refused", events);
    }

    void lost(String line, int events) {
        count(line, "lost", events);
    }

    private void count(String line, String outcome, int events) {
        if (events > 0) {
            registry.counter("millrace.ingest.events", "line", line, "outcome", outcome)
                    .increment(events);
        }
    }

    void watch(Line line) {
        String name = line.work().name();
        Gauge.builder("millrace.ingest.up", line, each -> each.isUp() ? 1 : 0)
                .description("whether this node has a session with the line's database")
                .tag("line", name)
                .register(registry);
        Gauge.builder("millrace.ingest.leading", line, each -> each.leads() ? 1 : 0)
                .description("whether this node is the one that works; in the cluster one is")
                .tag("line", name)
                .register(registry);
        if (line.work() instanceof OutboxDrain drain) {
            Gauge.builder(
                            "millrace.ingest.outbox.waiting",
                            line,
                            each -> each.leads() ? drain.waiting().rows() : 0)
                    .description("rows that wait, as far as 100,000 of them; 0 where another node leads")
                    .tag("line", name)
                    .register(registry);
            Gauge.builder(
                            "millrace.ingest.outbox.lag.seconds",
                            line,
                            each -> each.leads() ? drain.waiting().oldest().toMillis() / 1000.0 : 0)
                    .description("how long the first waiting row has waited; 0 where another node leads")
                    .tag("line", name)
                    .register(registry);
            Gauge.builder(
                            "millrace.ingest.outbox.refused",
                            line,
                            each -> each.leads() ? drain.waiting().refused() : 0)
                    .description("rows that were put aside and still stand in the table")
                    .tag("line", name)
                    .register(registry);
        }
    }
}
