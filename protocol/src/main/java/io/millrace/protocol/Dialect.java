package io.millrace.protocol;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How clients of another system write and read, for those who change over: templates from their messages to this page's
 * and back. What no template stands for goes through as it is, so that a client may speak both.
 *
 * <p>Places of a message to the server are the members of the client's own, those inside others with a dot
 * ({@code {channel.id}}), and {@code {channel}}, the name that {@code channels} and {@code scope} make of it. Places of what
 * the server says are the members of its own message, {@code {topic}} (the channel without its scope), {@code {timeMillis}}
 * (milliseconds since 1970), {@code {user}} and {@code {entity}} where the message is for one login only.
 *
 * @param channels how clients name a channel: the first whose places all have values counts
 * @param scope what stands around that name in ours, such as {@code {topic}:entity:{entity}}
 * @param heard templates by the {@code type} of a client's message; the empty type is a message without one
 * @param said templates by the {@code type} of the server's own message; one that is {@code null} says nothing
 */
public record Dialect(
        List<JsonTemplate> channels,
        @Nullable Scope scope,
        Map<String, JsonTemplate> heard,
        Map<String, JsonTemplate> said) {
    private static final int MAX_DEPTH = 40;
    private static final Dialect OURS = new Dialect(List.of(), null, Map.of(), Map.of());

    public Dialect {
        channels = List.copyOf(channels);
        heard = Map.copyOf(heard);
        said = Map.copyOf(said);
    }

    /** The product's own. */
    public static Dialect ours() {
        return OURS;
    }

    public boolean isOurs() {
        return heard.isEmpty() && said.isEmpty();
    }

    /** Whom a message is from or for. */
    public record Party(String user, @Nullable String entity) {}

    /**
     * A client's message as one of ours.
     *
     * @param party null before the login
     */
    public byte[] toOurs(byte[] utf8, @Nullable Party party) {
        if (heard.isEmpty()) {
            return utf8;
        }
        Map<String, JsonPart> fields;
        try {
            JsonPart message = JsonPart.of(JsonScanner.compact("message", utf8, MAX_DEPTH, 0));
            if (!message.isObject()) {
                return utf8;
            }
            fields = message.fields();
        } catch (InvalidInput notJson) {
            return utf8; // refused by whoever reads it, with its own words
        }
        JsonPart type = fields.get("type");
        JsonTemplate template = heard.get(type != null && type.isText() ? type.text() : "");
        if (template == null) {
            return utf8;
        }
        String channel = channel(fields, party);
        byte[] ours = template.fill(name -> name.equals("channel") && channel != null ? channel : at(fields, name));
        return ours == null ? utf8 : ours;
    }

    private @Nullable String channel(Map<String, JsonPart> fields, @Nullable Party party) {
        for (JsonTemplate form : channels) {
            byte[] named = form.fill(name -> at(fields, name));
            if (named != null && named[0] == '"') {
                String topic = new String(named, StandardCharsets.UTF_8);
                return scope == null ? topic : scope.around(topic, party);
            }
        }
        return null;
    }

    private static @Nullable String at(Map<String, JsonPart> fields, String path) {
        int dot = path.indexOf('.');
        JsonPart part = fields.get(dot < 0 ? path : path.substring(0, dot));
        if (part == null || dot < 0) {
            return part == null ? null : part.json();
        }
        return part.isObject() ? at(part.fields(), path.substring(dot + 1)) : null;
    }

    /**
     * One of our messages as this dialect's clients read it, or null where they are told nothing.
     *
     * @param party null where the message is for many
     */
    public byte @Nullable [] fromOurs(byte[] json, @Nullable Party party) {
        if (said.isEmpty()) {
            return json;
        }
        Map<String, JsonPart> fields = JsonPart.of(json).fields();
        JsonPart type = fields.get("type");
        JsonTemplate template = type == null ? null : said.get(type.text());
        return template == null ? json : template.fill(places(fields, party));
    }

    private Function<String, @Nullable String> places(Map<String, JsonPart> fields, @Nullable Party party) {
        return name -> switch (name) {
            case "topic" -> topic(fields.get("channel"));
            case "timeMillis" -> millis(fields.get("time"));
            case "user" -> party == null ? null : JsonObjectWriter.quoted(party.user());
            case "entity" -> party == null || party.entity() == null ? null : JsonObjectWriter.quoted(party.entity());
            default -> at(fields, name);
        };
    }

    private @Nullable String topic(@Nullable JsonPart channel) {
        if (channel == null || !channel.isText()) {
            return null;
        }
        return JsonObjectWriter.quoted(scope == null ? channel.text() : scope.inside(channel.text()));
    }

    private static @Nullable String millis(@Nullable JsonPart time) {
        return time == null ? null : Long.toString(Instant.parse(time.text()).toEpochMilli());
    }

    /** What stands around a topic in the channel's name; a topic can't reach out of it. */
    public static final class Scope {
        private static final Pattern PLACE = Pattern.compile("\\{(topic|user|entity)}");

        private final JsonTemplate around;
        private final Pattern inside;

        private Scope(JsonTemplate around, Pattern inside) {
            this.around = around;
            this.inside = inside;
        }

        /** @throws InvalidInput where it has no {@code {topic}}, or another place than that, {@code {user}}, {@code {entity}} */
        public static Scope parse(String text) {
            StringBuilder pattern = new StringBuilder();
            Matcher place = PLACE.matcher(text);
            int end = 0;
            boolean topic = false;
            while (place.find()) {
                pattern.append(Pattern.quote(text.substring(end, place.start())));
                boolean isTopic = place.group(1).equals("topic");
                pattern.append(isTopic ? "(.+)" : "[^:]+");
                topic |= isTopic;
                end = place.end();
            }
            pattern.append(Pattern.quote(text.substring(end)));
            if (!topic || text.substring(end).contains("{")) {
                throw new InvalidInput("scope", "text with the place {topic}, and {user} or {entity} where needed");
            }
            return new Scope(JsonTemplate.parse(JsonObjectWriter.quoted(text)), Pattern.compile(pattern.toString()));
        }

        /** The channel's name as JSON; the topic alone where the login has no such entity, which then is refused. */
        private String around(String topic, @Nullable Party party) {
            Map<String, String> places = new HashMap<>();
            places.put("topic", topic);
            if (party != null) {
                places.put("user", JsonObjectWriter.quoted(party.user()));
                if (party.entity() != null) {
                    places.put("entity", JsonObjectWriter.quoted(party.entity()));
                }
            }
            byte[] name = around.fill(places::get);
            return name == null ? topic : new String(name, StandardCharsets.UTF_8);
        }

        private String inside(String channel) {
            Matcher matcher = inside.matcher(channel);
            return matcher.matches() ? matcher.group(1) : channel;
        }
    }
}
