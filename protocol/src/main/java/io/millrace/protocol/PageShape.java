package io.millrace.protocol;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A page of history or a node's figures in the shape that another system gave them. */
public final class PageShape {
    /** Made of {@code channels}: the list of their names. */
    private static final String NAMES = "channelNames";

    /** Places of a page of history: the first are of one channel's alone. */
    public static final Set<String> HISTORY = Set.of(
            "channel", "head", "availableFrom", "complete", "reset", "epoch", "events", "next", "channels", NAMES);

    public static final Set<String> STATS = Set.of(
            "status",
            "node",
            "epoch",
            "uptimeSeconds",
            "connectedClients",
            "channels",
            NAMES,
            "eventHistorySize",
            "sse",
            "websocket",
            "channelManager",
            "publishedEvents",
            "deliveredEvents");

    private PageShape() {}

    /**
     * Fills the template from the page.
     *
     * @param page compact JSON
     * @param template null leaves the page as it is
     */
    public static byte[] of(byte[] page, @Nullable JsonTemplate template) {
        if (template == null) {
            return page;
        }
        Map<String, JsonPart> fields = JsonPart.of(page).fields();
        byte[] shaped = template.fill(
                place -> place.equals(NAMES) ? names(fields.get("channels")) : JsonPlaces.at(fields, place));
        return shaped == null ? page : shaped;
    }

    private static String names(@Nullable JsonPart channels) {
        StringBuilder names = new StringBuilder("[");
        if (channels != null) {
            for (JsonPart channel : channels.items()) {
                names.append(names.length() > 1 ? "," : "").append(JsonPlaces.at(channel.fields(), "channel"));
            }
        }
        return names.append(']').toString();
    }
}
