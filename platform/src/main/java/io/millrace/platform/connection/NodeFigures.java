package io.millrace.platform.connection;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One node's figures, as it tells them to the others.
 *
 * @param historySize events kept in memory, ready for clients that come back
 * @param database whether the node's database answers
 * @param followed how many connections follow each channel, the most followed first, at most {@link #MOST}
 * @param activeChannels all that are followed
 * @param subscriptions all there are of them
 * @param ingest JSON: the state of each line from a database
 */
public record NodeFigures(
        String node,
        long uptimeSeconds,
        long historySize,
        Carried sse,
        Carried webSocket,
        long publishedEvents,
        boolean database,
        Map<String, Integer> followed,
        int activeChannels,
        int subscriptions,
        String ingest)
        implements Travels {
    /** So many names fit one frame between nodes. */
    static final int MOST = 1000;

    /** Connections open now, and events delivered since the start. */
    public record Carried(long connections, long events) implements Travels {}

    /** The most followed, in that order, then by name. */
    public static Map<String, Integer> mostFollowed(Map<String, Integer> subscribers) {
        Map<String, Integer> most = new LinkedHashMap<>();
        subscribers.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST)
                .forEach(each -> most.put(each.getKey(), each.getValue()));
        return most;
    }
}
