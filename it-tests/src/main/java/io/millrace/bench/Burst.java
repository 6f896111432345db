package io.millrace.bench;

import org.HdrHistogram.Histogram;

/**
 * So many events published and delivered to everybody.
 *
 * @param seconds from the first publish to the last receipt
 * @param latency publish, or when it was due, to receipt
 * @param server what the server used meanwhile
 * @param generator what this process used meanwhile
 */
record Burst(
        long delivered,
        double seconds,
        long refusals,
        Histogram latency,
        ProcessGauge.Cpu server,
        ProcessGauge.Cpu generator) {
    double deliveriesPerSecond() {
        return delivered / seconds;
    }

    double p99Millis() {
        return latency.getTotalCount() == 0 ? 0 : latency.getValueAtPercentile(99) / 1000.0;
    }

    Outcome tell(Outcome outcome) {
        outcome.put(Figure.DELIVERIES, delivered)
                .put(Figure.DELIVERIES_PER_SECOND, deliveriesPerSecond())
                .put(Figure.RETRIED, refusals)
                .cpu(server, delivered, Figure.CPU_PER_DELIVERY, Figure.CPU_PER_DELIVERY_WITH_CHILDREN)
                .latency(latency);
        cores(outcome, Figure.SERVER_CORES, server);
        cores(outcome, Figure.GENERATOR_CORES, generator);
        return outcome;
    }

    private void cores(Outcome outcome, Figure figure, ProcessGauge.Cpu used) {
        if (used.readable()) {
            outcome.put(figure, used.ownMicros() / 1e6 / seconds);
        }
    }
}
