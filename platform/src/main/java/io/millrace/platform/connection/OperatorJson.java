package io.millrace.platform.connection;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How an operator is told of connections: member by member, what isn't known is left out. */
final class OperatorJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private OperatorJson() {}

    static byte[] found(Directory.Found found) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(
                "connections",
                found.connections().stream().map(OperatorJson::connection).toList());
        json.put("total", found.total());
        if (!found.ended().isEmpty()) {
            json.put("ended", found.ended().stream().map(OperatorJson::ending).toList());
        }
        unanswered(json, found.unanswered());
        return bytes(json);
    }

    static byte[] followed(Directory.Audience followed) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(
                "channels",
                followed.channels().entrySet().stream()
                        .map(each -> {
                            Map<String, Object> channel = new LinkedHashMap<>();
                            channel.put("channel", each.getKey());
                            channel.put(
                                    "subscribers",
                                    each.getValue().values().stream()
                                            .mapToInt(Integer::intValue)
                                            .sum());
                            channel.put("nodes", each.getValue());
                            return channel;
                        })
                        .toList());
        unanswered(json, followed.unanswered());
        return bytes(json);
    }

    static byte[] gone(Directory.Gone gone) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("disconnected", gone.count());
        unanswered(json, gone.unanswered());
        return bytes(json);
    }

    private static Map<String, Object> connection(Described described) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("connectionId", described.connectionId());
        put(json, "userId", described.userId());
        put(json, "entityId", described.entityId());
        json.put("transport", described.transport());
        json.put("node", described.node());
        put(json, "address", described.address());
        json.put("connectedAt", time(described.connectedAtMillis()));
        json.put("lastActivity", time(described.lastActivityMillis()));
        json.put(
                "subscriptions",
                described.subscriptions().stream().map(OperatorJson::place).toList());
        if (described.channels() > described.subscriptions().size()) {
            json.put(
                    "moreSubscriptions",
                    described.channels() - described.subscriptions().size());
        }
        json.put("bufferedBytes", described.bufferedBytes());
        put(json, "tokenId", described.tokenId());
        if (described.away()) {
            json.put("away", true);
        }
        return json;
    }

    private static Map<String, Object> place(Look.Place place) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("channel", place.channel());
        if (place.position() >= 0) { // a whole family has no offsets
            json.put("position", place.position());
            json.put("lag", place.lag());
        }
        put(json, "filter", place.filter());
        return json;
    }

    private static Map<String, Object> ending(Ending ending) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("connectionId", ending.connectionId());
        put(json, "userId", ending.userId());
        json.put("transport", ending.transport());
        put(json, "address", ending.address());
        json.put("connectedAt", time(ending.connectedAtMillis()));
        json.put("endedAt", time(ending.endedAtMillis()));
        json.put("code", ending.code());
        return json;
    }

    private static void unanswered(Map<String, Object> json, List<String> nodes) {
        if (!nodes.isEmpty()) {
            json.put("unanswered", nodes);
        }
    }

    private static void put(Map<String, Object> json, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            json.put(name, value);
        }
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    private static byte[] bytes(Map<String, Object> json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps of texts and numbers are always JSON", e);
        }
    }
}
