package io.millrace.platform.ops;

import io.millrace.platform.connection.Directory;
import io.millrace.platform.connection.NodeFigures;
import io.millrace.platform.connection.NodeFigures.Carried;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** The whole cluster's figures in one document, with each node's beside them: {@code /v1/stats} and {@code /stats}. */
public final class ClusterStats {
    private final Stats own;
    private final Directory directory;

    public ClusterStats(Stats own, Directory directory) {
        this.own = own;
        this.directory = directory;
    }

    public CompletionStage<Map<String, Object>> now() {
        return directory.figures().thenApply(this::document);
    }

    /** {@link #now} as JSON. */
    public CompletionStage<byte[]> json() {
        return now().thenApply(document -> Stats.json(document).getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, Object> document(Directory.Figures all) {
        NodeFigures whole = whole(all.nodes());
        Map<String, Object> stats = new LinkedHashMap<>();
        stats.put("status", all.unanswered().isEmpty() ? "ok" : "incomplete");
        stats.put("node", own.node());
        stats.put("epoch", own.epoch().value());
        stats.putAll(Stats.document(whole));
        stats.put("channels", channels(all.nodes()));
        List<Map<String, Object>> nodes = new ArrayList<>();
        for (NodeFigures each : all.nodes()) {
            Map<String, Object> node = new LinkedHashMap<>();
            node.put("node", each.node());
            node.putAll(Stats.document(each));
            nodes.add(node);
        }
        stats.put("nodes", nodes);
        stats.put("ingest", own.ingest());
        stats.put("unanswered", all.unanswered());
        return stats;
    }

    /** All nodes as if they were one; this one's time, and whatever is away anywhere is away. */
    private NodeFigures whole(List<NodeFigures> nodes) {
        Map<String, Integer> followed = new HashMap<>();
        nodes.forEach(
                node -> node.followed().forEach((channel, count) -> followed.merge(channel, count, Integer::sum)));
        return new NodeFigures(
                "",
                own.uptimeSeconds(),
                sum(nodes, NodeFigures::historySize),
                carried(nodes, NodeFigures::sse),
                carried(nodes, NodeFigures::webSocket),
                sum(nodes, NodeFigures::publishedEvents),
                nodes.stream().allMatch(NodeFigures::database),
                NodeFigures.mostFollowed(followed),
                Math.max(
                        followed.size(),
                        nodes.stream()
                                .mapToInt(NodeFigures::activeChannels)
                                .max()
                                .orElse(0)),
                (int) sum(nodes, NodeFigures::subscriptions),
                "[]");
    }

    private static Carried carried(List<NodeFigures> nodes, Function<NodeFigures, Carried> transport) {
        return new Carried(
                sum(nodes, node -> transport.apply(node).connections()),
                sum(nodes, node -> transport.apply(node).events()));
    }

    private static long sum(List<NodeFigures> nodes, ToLongFunction<NodeFigures> figure) {
        return nodes.stream().mapToLong(figure).sum();
    }

    private static List<Map<String, Object>> channels(List<NodeFigures> nodes) {
        Map<String, Map<String, Integer>> byNode = new HashMap<>();
        Map<String, Integer> sums = new HashMap<>();
        for (NodeFigures node : nodes) {
            node.followed().forEach((channel, count) -> {
                byNode.computeIfAbsent(channel, first -> new TreeMap<>()).put(node.node(), count);
                sums.merge(channel, count, Integer::sum);
            });
        }
        return NodeFigures.mostFollowed(sums).entrySet().stream()
                .map(each -> {
                    Map<String, Object> channel = new LinkedHashMap<>();
                    channel.put("channel", each.getKey());
                    channel.put("subscribers", each.getValue());
                    channel.put("nodes", byNode.get(each.getKey()));
                    return channel;
                })
                .toList();
    }
}
