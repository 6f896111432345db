package io.millrace.protocol;

import io.millrace.protocol.TopicScope.Party;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How clients of another system speak, for those who change over: templates that make messages of this page of theirs.
 * What no template stands for goes through as it is, so that a client may speak both.
 *
 * <p>Places are the members of the client's message, those inside others with a dot ({@code {channel.id}}), and
 * {@code {channel}}, the name that {@code channels} and {@code scope} make of it.
 *
 * @param channels how clients name a channel: the first whose places all have values counts
 * @param scope what stands around that name in ours
 * @param templates by the {@code type} of a client's message; the empty type is a message without one
 */
public record HeardTemplates(
        List<JsonTemplate> channels, @Nullable TopicScope scope, Map<String, JsonTemplate> templates) {
    public static final HeardTemplates NONE = new HeardTemplates(List.of(), null, Map.of());

    private static final int MAX_DEPTH = 40;

    public HeardTemplates {
        channels = List.copyOf(channels);
        templates = Map.copyOf(templates);
    }

    /**
     * A client's message as one of ours.
     *
     * @param party null before the login
     */
    public byte[] toOurs(byte[] utf8, @Nullable Party party) {
        if (templates.isEmpty()) {
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
        JsonTemplate template = templates.get(type != null && type.isText() ? type.text() : "");
        if (template == null) {
            return utf8;
        }
        String channel = channel(fields, party);
        byte[] ours = template.fill(
                name -> name.equals("channel") && channel != null ? channel : JsonPlaces.at(fields, name));
        return ours == null ? utf8 : ours;
    }

    /** As JSON. */
    private @Nullable String channel(Map<String, JsonPart> fields, @Nullable Party party) {
        for (JsonTemplate form : channels) {
            byte[] named = form.fill(name -> JsonPlaces.at(fields, name));
            if (named != null && named[0] == '"') {
                String topic = JsonPart.of(named).text();
                return JsonObjectWriter.quoted(scope == null ? topic : scope.around(topic, party));
            }
        }
        return null;
    }
}
