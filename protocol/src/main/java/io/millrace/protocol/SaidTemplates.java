package io.millrace.protocol;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How clients of another system read, for those who change over: templates that make their messages of ours. What no
 * template stands for goes out as it is, and so does what a template can't be filled from: words change, nothing is lost.
 *
 * <p>Places are the members of our own message, those inside others with a dot ({@code {data.id}}), {@code {topic}} (the
 * channel without its scope), {@code {time}} (now, where the message has none) and {@code {timeMillis}} (the same in
 * milliseconds since 1970).
 *
 * @param scope what stands around a topic in a channel's name
 * @param templates by the {@code type} of our message
 * @param silent the types that are not said at all
 */
public record SaidTemplates(@Nullable TopicScope scope, Map<String, JsonTemplate> templates, Set<String> silent) {
    public static final SaidTemplates NONE = new SaidTemplates(null, Map.of(), Set.of());

    private static final Set<String> ANYWHERE = Set.of("type", "ref", "time", "timeMillis");
    private static final Set<String> OF_A_PLACE = Set.of("id", "channel", "topic", "offset", "epoch");

    /** What the server says, and the members of each beside those that all may have. */
    private static final Map<String, Set<String>> MEMBERS = Map.ofEntries(
            Map.entry("event", and(OF_A_PLACE, "event", "source", "data")),
            Map.entry("complete", and(OF_A_PLACE, "source", "data")),
            Map.entry(
                    "problem",
                    and(
                            OF_A_PLACE,
                            "source",
                            "data",
                            "reason",
                            "code",
                            "detail",
                            "number",
                            "retry",
                            "remedy",
                            "retryAfter")),
            Map.entry(
                    "connected",
                    Set.of("connectionId", "userId", "entityId", "channels", "epoch", "heartbeatSeconds", "session")),
            Map.entry("reset", Set.of("channel", "topic", "requested", "availableFrom", "head", "epoch", "reason")),
            Map.entry("state", Set.of("id", "channel", "topic", "offset", "data")),
            Map.entry("reconnect", Set.of("afterMillis", "reason")),
            Map.entry("presence", Set.of("channel", "topic", "action", "userId", "users", "count")),
            Map.entry("heartbeat", Set.of()),
            Map.entry("authenticated", Set.of("userId", "entityId", "expires")),
            Map.entry("resumed", Set.of("userId", "entityId", "expires", "channels")),
            Map.entry("subscribed", and(OF_A_PLACE, "head", "availableFrom", "complete")),
            Map.entry("unsubscribed", Set.of("channel", "topic")),
            Map.entry("published", Set.of("results")),
            Map.entry(
                    "commanded",
                    and(OF_A_PLACE, "command", "commandId", "firstOffset", "events", "duplicate", "reply")),
            Map.entry("pong", Set.of()),
            Map.entry("cursor", Set.of("channel", "topic", "id")));

    /** What a client would not know of without being told. */
    private static final Set<String> NEVER_SILENT = Set.of("event", "complete", "problem", "reset", "state");

    public SaidTemplates {
        templates = Map.copyOf(templates);
        silent = Set.copyOf(silent);
        templates.forEach((type, template) -> {
            Set<String> known = places(type);
            for (String place : template.places()) {
                int dot = place.indexOf('.');
                if (!known.contains(dot < 0 ? place : place.substring(0, dot))) {
                    throw new InvalidInput(
                            type, "there is no {" + place + "}; there are " + String.join(", ", new TreeSet<>(known)));
                }
            }
        });
        for (String type : silent) {
            places(type);
            if (NEVER_SILENT.contains(type)) {
                throw new InvalidInput(type, "can't be left unsaid, since a client would miss it");
            }
        }
    }

    /** The types of what the server says. */
    public static Set<String> types() {
        return new TreeSet<>(MEMBERS.keySet());
    }

    private static Set<String> places(String type) {
        Set<String> own = MEMBERS.get(type);
        if (own == null) {
            throw new InvalidInput(type, "is nothing the server says; it says " + String.join(", ", types()));
        }
        return and(ANYWHERE, own.toArray(String[]::new));
    }

    private static Set<String> and(Set<String> some, String... more) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(Set.of(more));
        return all;
    }

    public boolean isNone() {
        return templates.isEmpty() && silent.isEmpty();
    }

    /** Whether something else stands for our messages of this type. */
    public boolean changes(String type) {
        return templates.containsKey(type);
    }

    /**
     * One of our messages as these clients read it, or null where they are told nothing.
     *
     * @param now for messages that carry no time
     */
    public byte @Nullable [] of(byte[] json, Instant now) {
        if (isNone()) {
            return json;
        }
        Map<String, JsonPart> fields = JsonPart.of(json).fields();
        JsonPart said = fields.get("type");
        String type = said == null ? "" : said.text();
        return silent.contains(type) ? null : said(type, fields, json, now);
    }

    /** The same, for what is told in any case. */
    public byte[] always(byte[] json, Instant now) {
        Map<String, JsonPart> fields = JsonPart.of(json).fields();
        JsonPart said = fields.get("type");
        return said(said == null ? "" : said.text(), fields, json, now);
    }

    private byte[] said(String type, Map<String, JsonPart> fields, byte[] json, Instant now) {
        JsonTemplate template = templates.get(type);
        byte[] theirs = template == null ? null : template.fill(places(fields, now));
        return theirs == null ? json : theirs;
    }

    private Function<String, @Nullable String> places(Map<String, JsonPart> fields, Instant now) {
        return place -> switch (place) {
            case "topic" -> topic(fields.get("channel"));
            case "time" -> fields.containsKey("time") ? fields.get("time").json() : JsonObjectWriter.quoted(now);
            case "timeMillis" -> Long.toString(time(fields.get("time"), now).toEpochMilli());
            default -> JsonPlaces.at(fields, place);
        };
    }

    private @Nullable String topic(@Nullable JsonPart channel) {
        if (channel == null || !channel.isText()) {
            return null;
        }
        return JsonObjectWriter.quoted(scope == null ? channel.text() : scope.inside(channel.text()));
    }

    private static Instant time(@Nullable JsonPart time, Instant now) {
        return time == null ? now : Instant.parse(time.text());
    }
}
