package io.millrace.platform.ops;

import io.millrace.platform.channel.Channel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.sharding.ShardRegion;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingQuery;
import org.apache.pekko.cluster.sharding.typed.GetClusterShardingStats;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.typed.Cluster;

/** The cluster as this node sees it: who is in it, who can't be reached, and where the channels live. */
final class Members {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final ActorSystem<?> system;
    private final Cluster cluster;

    Members(ActorSystem<?> system) {
        this.system = system;
        this.cluster = Cluster.get(system);
    }

    CompletionStage<Map<String, Object>> now() {
        ClusterEvent.CurrentClusterState state = cluster.state();
        return AskPattern.<ClusterShardingQuery, ShardRegion.ClusterShardingStats>ask(
                        ClusterSharding.get(system).shardState(),
                        replyTo -> new GetClusterShardingStats(Channel.KEY, PATIENCE, replyTo),
                        PATIENCE.plusSeconds(1),
                        system.scheduler())
                .thenApply(ShardRegion.ClusterShardingStats::getRegions)
                .exceptionally(late -> Map.of())
                .thenApply(regions -> picture(state, regions));
    }

    private Map<String, Object> picture(
            ClusterEvent.CurrentClusterState state, Map<Address, ShardRegion.ShardRegionStats> regions) {
        Map<String, Object> picture = new LinkedHashMap<>();
        Address self = cluster.selfMember().address();
        picture.put("self", name(self));
        Address leader = state.getLeader();
        picture.put("leader", leader == null ? "" : name(leader));
        List<Map<String, Object>> members = StreamSupport.stream(
                        state.getMembers().spliterator(), false)
                .sorted(Member.ageOrdering())
                .map(member -> member(member, state, regions))
                .toList();
        picture.put("members", members);
        return picture;
    }

    private static Map<String, Object> member(
            Member member, ClusterEvent.CurrentClusterState state, Map<Address, ShardRegion.ShardRegionStats> regions) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("node", name(member.address()));
        json.put("status", member.status().toString());
        json.put("reachable", !state.getUnreachable().contains(member));
        json.put("roles", member.getRoles().stream().sorted().toList());
        json.put("version", member.appVersion().version());
        ShardRegion.ShardRegionStats stats = regions.get(member.address());
        if (stats != null) {
            Map<String, Object> shards = stats.getStats().entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
            json.put("shards", shards);
            json.put("unanswered", stats.getFailed().stream().sorted().toList());
        }
        return json;
    }

    private static String name(Address address) {
        return address.getHost().orElse("") + ":" + address.getPort().orElse(0);
    }
}
