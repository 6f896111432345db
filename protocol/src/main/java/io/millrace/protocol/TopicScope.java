package io.millrace.protocol;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands around a client's topic in the channel's name, such as {@code {topic}:entity:{entity}}: the client names the
 * topic, the server the rest, from the login. A topic can't reach out of it.
 */
public final class TopicScope {
    private static final Pattern PLACE = Pattern.compile("\\{(topic|user|entity)}");

    private final String around;
    private final Pattern inside;

    private TopicScope(String around, Pattern inside) {
        this.around = around;
        this.inside = inside;
    }

    /** Whom a message is from. */
    public record Party(String user, @Nullable String entity) {}

    /** @throws InvalidInput where it has no {@code {topic}}, or another place than that, {@code {user}}, {@code {entity}} */
    public static TopicScope parse(String text) {
        StringBuilder inside = new StringBuilder();
        Matcher place = PLACE.matcher(text);
        int end = 0;
        int topics = 0;
        while (place.find()) {
            inside.append(Pattern.quote(text.substring(end, place.start())));
            boolean topic = place.group(1).equals("topic");
            inside.append(topic ? "(.+)" : "[^:]+");
            topics += topic ? 1 : 0;
            end = place.end();
        }
        inside.append(Pattern.quote(text.substring(end)));
        if (topics != 1 || PLACE.matcher(text).replaceAll("").contains("{")) {
            throw new InvalidInput("scope", "text with the place {topic} once, and {user} or {entity} where needed");
        }
        return new TopicScope(text, Pattern.compile(inside.toString()));
    }

    /** The channel's name; the topic alone, for the grants to refuse, where the login has no such entity. */
    String around(String topic, @Nullable Party party) {
        String entity = party == null ? null : party.entity();
        if (party == null || (entity == null && around.contains("{entity}"))) {
            return topic;
        }
        return PLACE.matcher(around)
                .replaceAll(place -> Matcher.quoteReplacement(
                        switch (place.group(1)) {
                            case "topic" -> topic;
                            case "user" -> party.user();
                            default -> String.valueOf(entity);
                        }));
    }

    /** The topic in a channel's name; the whole name where it isn't of this scope. */
    String inside(String channel) {
        Matcher matcher = inside.matcher(channel);
        return matcher.matches() ? matcher.group(1) : channel;
    }

    @Override
    public String toString() {
        return around;
    }
}
