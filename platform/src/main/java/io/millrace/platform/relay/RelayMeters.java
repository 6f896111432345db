package io.millrace.platform.relay;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What relays count, summed over the node. */
final class RelayMeters {
    final Counter published;
    final Counter commands;
    final Counter unconfirmed;
    final Counter busy;
    final Counter tooLarge;
    final Counter channelLimited;
    final Counter publisherLimited;
    final Counter superseded;
    final Counter announced;
    final Counter gaps;
    final Counter skips;
    final Counter journalReads;
    final Counter wakes;
    final Timer commit;
    final DistributionSummary writeEvents;

    /** The live list of each relay of the node. */
    final Set<LiveList> lists = ConcurrentHashMap.newKeySet();

    RelayMeters(MeterRegistry registry) {
        published = Counter.builder("millrace.published.events")
                .description("events acknowledged to publishers on this node, duplicates included")
                .register(registry);
        commands = Counter.builder("millrace.commands")
                .description("commands done for clients of this node, duplicates included")
                .register(registry);
        unconfirmed = Counter.builder("millrace.publish.unconfirmed")
                .description("publishes answered 503 with an unknown outcome")
                .register(registry);
        busy = Counter.builder("millrace.publish.busy")
                .description("publishes answered 503 because as much was waiting as may")
                .register(registry);
        tooLarge = refused(registry, "event-too-large", "family");
        channelLimited = refused(registry, "rate-limited", "channel");
        publisherLimited = refused(registry, "rate-limited", "publisher");
        superseded = Counter.builder("millrace.publish.superseded")
                .description("events of class latest that a newer one of the same value key took the place of")
                .register(registry);
        announced = Counter.builder("millrace.relay.events")
                .description("events that entered a live list of this node")
                .register(registry);
        gaps = Counter.builder("millrace.relay.gaps")
                .description("gaps between announcements, repaired from the journal")
                .register(registry);
        skips = Counter.builder("millrace.relay.skips")
                .description("stretches of an ephemeral channel that did not reach this node and are gone")
                .register(registry);
        journalReads = Counter.builder("millrace.relay.journal.reads")
                .description(
                        "what was asked of the journal: pages, bounds and times for clients that begin or catch up, and gaps")
                .register(registry);
        wakes = Counter.builder("millrace.relay.wakes")
                .description("calls to connections that there is more to read")
                .register(registry);
        Gauge.builder("millrace.relay.kept.events", lists, all -> all.stream()
                        .mapToInt(LiveList::size)
                        .sum())
                .description("events kept in memory, ready for clients that come back")
                .register(registry);
        commit = Timer.builder("millrace.publish.commit")
                .description("from sending a write to its channel until it is committed and answered")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        writeEvents = DistributionSummary.builder("millrace.publish.write.events")
                .description("events in one write")
                .register(registry);
    }

    private static Counter refused(MeterRegistry registry, String code, String by) {
        return Counter.builder("millrace.publish.refused")
                .description("publishes refused by a limit of their channel's family")
                .tag("code", code)
                .tag("limit", by)
                .register(registry);
    }
}
