package io.millrace.platform.relay;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** What relays count, summed over the node. */
final class RelayMeters {
    final Counter published;
    final Counter unconfirmed;
    final Counter busy;
    final Counter announced;
    final Counter gaps;
    final Counter journalReads;
    final Counter wakes;
    final Timer commit;
    final DistributionSummary writeEvents;

    RelayMeters(MeterRegistry registry) {
        published = Counter.builder("millrace.published.events")
                .description("events acknowledged to publishers on this node, duplicates included")
                .register(registry);
        unconfirmed = Counter.builder("millrace.publish.unconfirmed")
                .description("publishes answered 503 with an unknown outcome")
                .register(registry);
        busy = Counter.builder("millrace.publish.busy")
                .description("publishes answered 503 because as much was waiting as may")
                .register(registry);
        announced = Counter.builder("millrace.relay.events")
                .description("events that entered a live list of this node")
                .register(registry);
        gaps = Counter.builder("millrace.relay.gaps")
                .description("gaps between announcements, repaired from the journal")
                .register(registry);
        journalReads = Counter.builder("millrace.relay.journal.reads")
                .description(
                        "what was asked of the journal: pages, bounds and times for clients that begin or catch up, and gaps")
                .register(registry);
        wakes = Counter.builder("millrace.relay.wakes")
                .description("calls to connections that there is more to read")
                .register(registry);
        commit = Timer.builder("millrace.publish.commit")
                .description("from sending a write to its channel until it is committed and answered")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        writeEvents = DistributionSummary.builder("millrace.publish.write.events")
                .description("events in one write")
                .register(registry);
    }
}
