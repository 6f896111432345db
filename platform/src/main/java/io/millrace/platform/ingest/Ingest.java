package io.millrace.platform.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.persistence.StorageSettings;
import io.millrace.platform.access.Access;
import io.millrace.platform.relay.Relays;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The room's door: a line for each outbox, and one for each database that is listened to. */
public final class Ingest implements AutoCloseable {
    private final List<Line> lines;

    private Ingest(List<Line> lines) {
        this.lines = lines;
    }

    /** @param own how the journal's database is reached */
    public static Ingest start(
            IngestSettings settings,
            StorageSettings own,
            Relays relays,
            Access access,
            MeterRegistry registry,
            Clock clock) {
        IngestMeters meters = new IngestMeters(registry);
        List<Line> lines = new ArrayList<>();
        for (IngestSettings.OutboxTable table : settings.outbox()) {
            Line.Work drain = new OutboxDrain(table, settings, relays, access, clock, meters);
            lines.add(new Line(drain, settings.reach(table.database(), own), settings.poll()));
        }
        Map<String, List<IngestSettings.Notify>> byDatabase = new LinkedHashMap<>();
        settings.calls().forEach(rule -> byDatabase
                .computeIfAbsent(rule.database(), first -> new ArrayList<>())
                .add(rule));
        byDatabase.forEach((database, rules) -> lines.add(new Line(
                new NotifyEar(database, rules, settings, relays, meters),
                settings.reach(database, own),
                settings.poll())));
        lines.forEach(meters::watch);
        lines.forEach(Line::start);
        return new Ingest(lines);
    }

    /** How each line is. */
    public List<Map<String, Object>> report() {
        return lines.stream().map(Line::report).toList();
    }

    /** Lets go of all databases, so that other nodes go on; blocks until they can. */
    @Override
    public void close() {
        try {
            for (Line line : lines) {
                line.stop();
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
