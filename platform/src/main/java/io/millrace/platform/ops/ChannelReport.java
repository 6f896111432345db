package io.millrace.platform.ops;

import io.millrace.persistence.Journal;
import io.millrace.persistence.Journal.Bounds;
import io.millrace.platform.connection.Directory;
import io.millrace.platform.family.Families;
import io.millrace.platform.family.Family;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Event;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** One channel: what it holds, what its family promises, who writes and how fast, how many listen. */
final class ChannelReport {
    private static final int NEWEST = 50;
    private static final int BYTES = 4 * 1024 * 1024;

    private final Journal journal;
    private final Families families;
    private final Directory directory;

    ChannelReport(Journal journal, Families families, Directory directory) {
        this.journal = journal;
        this.families = families;
        this.directory = directory;
    }

    CompletionStage<Map<String, Object>> about(Questions.Asked asked) {
        ChannelName channel = asked.channel();
        CompletionStage<Directory.Found> listeners =
                directory.find(new Directory.Query(null, null, channel.value(), null, 0, 0, null));
        return journal.bounds(channel)
                .thenCompose(bounds -> journal.read(channel, begin(bounds), bounds.head(), BYTES))
                .thenCombine(listeners, (page, found) -> report(channel, page, found));
    }

    private static long begin(Bounds bounds) {
        return Math.max(bounds.availableFrom() - 1, bounds.head() - NEWEST);
    }

    private Map<String, Object> report(ChannelName channel, Journal.Page page, Directory.Found listeners) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("channel", channel.value());
        report.put("head", page.bounds().head());
        report.put("availableFrom", page.bounds().availableFrom());
        report.put("complete", page.bounds().complete());
        report.put("subscribers", listeners.total());
        report.put("unanswered", listeners.unanswered());
        report.put("family", family(families.of(channel)));
        rate(page.events()).ifPresent(rate -> report.put("perSecond", rate));
        report.put("publishers", publishers(page.events()));
        report.put("newest", page.events().stream().map(ChannelReport::event).toList());
        return report;
    }

    static Map<String, Object> family(Family family) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", family.name());
        json.put("class", family.kind().name().toLowerCase(Locale.ROOT));
        json.put("maxEvents", family.retention().maxEvents());
        json.put("maxAgeSeconds", family.retention().maxAge().toSeconds());
        json.put("presence", family.hearing().presence());
        json.put("wildcard", family.hearing().wildcard());
        json.put("filters", family.hearing().filters());
        json.put("slowClient", family.hearing().slowClient().name().toLowerCase(Locale.ROOT));
        Family.Rate rate = family.publishing().rate();
        if (rate.isLimited()) {
            json.put("rateLimit", rate.events() + " in " + rate.per().toMillis() + " ms");
        }
        return json;
    }

    /** Events a second, from the oldest of these to the newest. */
    private static Optional<Double> rate(List<Event> events) {
        if (events.size() < 2) {
            return Optional.empty();
        }
        Duration span = Duration.between(
                events.get(0).time(), events.get(events.size() - 1).time());
        return Optional.of((events.size() - 1) / Math.max(0.001, span.toMillis() / 1000.0));
    }

    private static Map<String, Integer> publishers(List<Event> events) {
        Map<String, Integer> publishers = new LinkedHashMap<>();
        for (int i = events.size() - 1; i >= 0; i--) {
            publishers.merge(events.get(i).publisher(), 1, Integer::sum);
        }
        return publishers;
    }

    /** Without its data: that is read by the history, which knows who may see what of it. */
    static Map<String, Object> event(Event event) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("offset", event.offset());
        json.put("time", event.time().toString());
        json.put("type", event.type().value());
        json.put("publisher", event.publisher());
        if (event.source() != null) {
            json.put("source", event.source());
        }
        json.put("bytes", event.data().size());
        return json;
    }
}
