package io.millrace.platform.connection;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.cluster.sharding.ShardCoordinator.AbstractShardAllocationStrategy;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.ShardingMessageExtractor;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/**
 * Keeps a connection's actor on the node of its socket: a connection id names its node, that name is the shard, a shard is
 * placed where it was first asked for, which is where the socket is, and it never moves.
 */
final class OwnNode {
    private OwnNode() {}

    static final class Extractor
            extends ShardingMessageExtractor<ShardingEnvelope<Connection.Command>, Connection.Command> {
        @Override
        public String entityId(ShardingEnvelope<Connection.Command> envelope) {
            return envelope.entityId();
        }

        @Override
        public String shardId(String entityId) {
            return ConnectionId.nodeOf(entityId);
        }

        @Override
        public Connection.Command unwrapMessage(ShardingEnvelope<Connection.Command> envelope) {
            return envelope.message();
        }
    }

    static final class Allocation extends AbstractShardAllocationStrategy {
        @Override
        public Future<ActorRef> allocateShard(
                ActorRef requester, String shardId, Map<ActorRef, IndexedSeq<String>> current) {
            return FutureConverters.asScala(CompletableFuture.completedFuture(requester));
        }

        @Override
        public Future<Set<String>> rebalance(Map<ActorRef, IndexedSeq<String>> current, Set<String> inProgress) {
            return FutureConverters.asScala(CompletableFuture.completedFuture(Set.of()));
        }
    }
}
