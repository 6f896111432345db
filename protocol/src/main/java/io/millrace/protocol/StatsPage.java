package io.millrace.protocol;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A node's figures in the shape that another system gave them. */
public final class StatsPage {
    /** Members of the figures; {@code channelNames} is made of {@code channels}. */
    public static final Set<String> PLACES = Set.of(
            "status",
            "node",
            "epoch",
            "uptimeSeconds",
            "connectedClients",
            "channels",
            "channelNames",
            "eventHistorySize",
            "sse",
            "websocket",
            "channelManager",
            "publishedEvents",
            "deliveredEvents");

    private static final int MAX_DEPTH = 16;

    private StatsPage() {}

    /** @param template null leaves them as they are */
    public static byte[] shaped(byte[] figures, @Nullable JsonTemplate template) {
        if (template == null) {
            return figures;
        }
        Map<String, JsonPart> fields =
                JsonPart.of(JsonScanner.compact("stats", figures, MAX_DEPTH, 0)).fields();
        byte[] shaped = template.fill(
                place -> place.equals("channelNames") ? names(fields.get("channels")) : JsonPlaces.at(fields, place));
        return shaped == null ? figures : shaped;
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
