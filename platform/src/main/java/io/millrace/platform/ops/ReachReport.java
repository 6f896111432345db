package io.millrace.platform.ops;

import io.millrace.persistence.Journal;
import io.millrace.persistence.Journal.Page;
import io.millrace.platform.access.Act;
import io.millrace.platform.access.TokenVerifier;
import io.millrace.platform.access.Verified;
import io.millrace.platform.connection.Described;
import io.millrace.platform.connection.Directory;
import io.millrace.platform.connection.Ending;
import io.millrace.platform.connection.Look;
import io.millrace.platform.family.Families;
import io.millrace.platform.family.Family;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Event;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Why an event did or didn't reach a user, step by step: whether it was published, whether it is still kept, whether the
 * user's login may hear it, whether each of the user's connections follows its channel, wants it, and has come so far. What
 * is not known is said to be so.
 */
final class ReachReport {
    private static final int CONNECTIONS = 100;
    private static final int ENDINGS = 1000;

    private final Journal journal;
    private final Families families;
    private final Directory directory;
    private final TokenVerifier verifier;
    private final TokenReport tokens;

    ReachReport(Journal journal, Families families, Directory directory, TokenVerifier verifier, TokenReport tokens) {
        this.journal = journal;
        this.families = families;
        this.directory = directory;
        this.verifier = verifier;
        this.tokens = tokens;
    }

    CompletionStage<Map<String, Object>> about(Questions.Asked asked) {
        ChannelName channel = asked.channel();
        long offset = offset(asked.need("offset"));
        String user = asked.need("user");
        CompletionStage<Page> found = journal.read(channel, offset - 1, offset, 1);
        CompletionStage<List<Step>> login = login(asked.word("token"), channel);
        return found.thenCompose(page -> {
                    Event event = page.events().isEmpty() ? null : page.events().get(0);
                    Directory.Sample sample = event == null ? null : Directory.Sample.of(channel, event);
                    return directory
                            .find(new Directory.Query(user, null, null, null, CONNECTIONS, ENDINGS, sample))
                            .thenApply(lines -> {
                                List<Step> steps = new ArrayList<>(existence(channel, offset, page));
                                steps.addAll(connections(user, channel, offset, event, lines));
                                return steps;
                            });
                })
                .thenCombine(login, (steps, decided) -> {
                    steps.addAll(Math.min(1, steps.size()), decided);
                    return report(channel, offset, user, steps);
                });
    }

    /** @param outcome {@code yes}, {@code no}, or {@code open} where this can't be known or is still to come */
    private record Step(String outcome, String what) {
        Map<String, Object> json() {
            return Map.of("outcome", outcome, "what", what);
        }
    }

    private static long offset(String text) {
        // an id is epoch.offset.channels; its offset is meant
        String[] parts = text.split("\\.");
        String digits = parts.length > 1 ? parts[1] : text;
        if (!digits.matches("[0-9]{1,16}") || Long.parseLong(digits) < 1) {
            throw new InvalidInput(
                    Code.INVALID_PARAMETER, "offset", "must be an offset of 1 or more, or an event's id");
        }
        return Long.parseLong(digits);
    }

    private List<Step> existence(ChannelName channel, long offset, Page page) {
        Family family = families.of(channel);
        if (!page.events().isEmpty()) {
            Event event = page.events().get(0);
            return List.of(new Step(
                    "yes",
                    "It was published: " + event.type().value() + " by " + event.publisher() + " at " + event.time()
                            + (family.isJournaled() ? ", and stands in the journal." : ".")));
        }
        if (offset > page.bounds().head()) {
            return List.of(new Step(
                    "no",
                    "It was never published: the channel's newest offset is "
                            + page.bounds().head() + "."));
        }
        return List.of(new Step(
                "open",
                family.isJournaled()
                        ? "It was published and is given up since: the oldest that is kept is "
                                + page.bounds().availableFrom() + " (the family keeps "
                                + family.retention().maxEvents() + " events for "
                                + family.retention().maxAge().toHours() + " h). Who asks for it now is told `reset`."
                        : "It is gone: the family is ephemeral, its events are passed on and never kept."));
    }

    private CompletionStage<List<Step>> login(@Nullable String token, ChannelName channel) {
        if (token == null) {
            return CompletableFuture.completedFuture(List.of());
        }
        return verifier.verify(token).thenApply(verified -> {
            if (verified instanceof Verified.Rejected rejected) {
                return List.of(new Step("no", "The token doesn't hold: " + rejected.why() + "."));
            }
            Map<String, Object> decision = new LinkedHashMap<>();
            tokens.decision(decision, ((Verified.Authenticated) verified).login(), Act.SUBSCRIBE, channel);
            boolean allowed = Boolean.TRUE.equals(decision.get("allowed"));
            return List.of(new Step(
                    allowed ? "yes" : "no",
                    (allowed ? "The token may subscribe here: " : "The token may not subscribe here: ")
                            + decision.get("why") + " " + decision.get("rules") + "."));
        });
    }

    private List<Step> connections(
            String user, ChannelName channel, long offset, @Nullable Event event, Directory.Found found) {
        List<Step> steps = new ArrayList<>();
        Instant time = event == null ? null : event.time();
        for (Described each : found.connections()) {
            steps.add(open(each, channel, offset, time));
        }
        if (found.connections().isEmpty()) {
            steps.add(new Step("no", user + " is not connected now."));
        }
        found.ended().stream()
                .filter(each -> user.equals(each.userId()))
                .filter(each -> time == null || each.endedAtMillis() >= time.toEpochMilli())
                .limit(20)
                .forEach(each -> steps.add(ended(each, time)));
        if (!found.unanswered().isEmpty()) {
            steps.add(new Step("open", "These nodes didn't say what they have: " + found.unanswered() + "."));
        }
        return steps;
    }

    private static Step open(Described line, ChannelName channel, long offset, @Nullable Instant time) {
        String name = "Connection " + line.connectionId() + " (" + line.transport() + " on " + line.node() + ") ";
        if (line.away()) {
            return new Step(
                    "open", name + "has lost its socket; what it has not sent is replayed when the client comes back.");
        }
        Look.Place place = line.subscriptions().stream()
                .filter(each -> each.channel().equals(channel.value()))
                .findFirst()
                .orElse(null);
        if (place == null) {
            return elsewhere(line, name, channel);
        }
        Step kept = keptBack(line.sights().get(channel.value()), name + "follows the channel", place.filter());
        return kept == null ? reached(line, place, name, offset, time) : kept;
    }

    /** A connection without a place in this channel of which it is known. */
    private static Step elsewhere(Described line, String name, ChannelName channel) {
        String family = channel.family() + ":*";
        View.Sight sight = line.sights().get(family);
        if (sight == null) {
            return line.subscriptions().size() < line.channels()
                    ? new Step("open", name + "didn't say in time where it stands.")
                    : new Step("no", name + "does not follow this channel.");
        }
        Step kept = keptBack(sight, name + "follows " + family, null);
        return kept == null
                ? new Step("yes", name + "follows " + family + " and wants it: it was sent, or is on its way.")
                : kept;
    }

    private static @Nullable Step keptBack(View.@Nullable Sight sight, String follows, @Nullable String filter) {
        if (sight == View.Sight.LEFT_OUT) {
            return new Step(
                    "no",
                    follows + ", but its filter leaves this event out" + (filter == null ? "." : ": " + filter + "."));
        }
        return sight == View.Sight.WITHHELD
                ? new Step(
                        "no",
                        follows
                                + ", but the event is for other logins: the family asks for a claim that this one lacks.")
                : null;
    }

    private static Step reached(Described line, Look.Place place, String name, long offset, @Nullable Instant time) {
        if (place.position() < offset) {
            return new Step(
                    "open",
                    name + "is behind it: at " + place.position() + ", " + place.lag() + " to come, "
                            + line.bufferedBytes() + " bytes wait for its socket.");
        }
        if (time != null && time.toEpochMilli() < line.connectedAtMillis()) {
            return new Step(
                    "open",
                    name + "began after it, at " + Instant.ofEpochMilli(line.connectedAtMillis())
                            + ": it was replayed only if the client came back with an older cursor.");
        }
        String passed = name + "has passed it, at " + place.position() + ": ";
        if (line.sights().isEmpty()) {
            return new Step("open", passed + "it was sent if its filter and its claims let it through.");
        }
        return new Step(
                "yes",
                passed + "it was sent"
                        + (place.filter() == null ? "." : ", its filter lets it through: " + place.filter() + "."));
    }

    private static Step ended(Ending line, @Nullable Instant time) {
        boolean before = time != null && line.connectedAtMillis() <= time.toEpochMilli();
        return new Step(
                before ? "open" : "no",
                "Connection " + line.connectionId() + " (" + line.transport() + ") "
                        + (before ? "was open when it was published and" : "began after it and") + " ended with "
                        + line.code() + " at " + Instant.ofEpochMilli(line.endedAtMillis())
                        + (before ? ": what it had not sent by then is replayed when the client comes back." : "."));
    }

    private static Map<String, Object> report(ChannelName channel, long offset, String user, List<Step> steps) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("channel", channel.value());
        report.put("offset", offset);
        report.put("user", user);
        report.put("steps", steps.stream().map(Step::json).toList());
        return report;
    }
}
