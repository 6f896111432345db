package io.millrace.platform.connection;

import com.typesafe.config.Config;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.platform.access.Access;
import io.millrace.platform.family.Families;
import io.millrace.platform.relay.FamilyFeeds;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.Code;
import io.millrace.protocol.Epoch;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The room's door: opens connections on this node and ends them. Safe for use by many threads. */
public final class Connections {
    private final ClusterSharding sharding;
    private final String node;
    private final boolean mayZip;
    private final Set<ConnectionId> here = ConcurrentHashMap.newKeySet();

    private Connections(ClusterSharding sharding, String node, boolean mayZip) {
        this.sharding = sharding;
        this.node = node;
        this.mayZip = mayZip;
    }

    /** @param edge the settings under {@code millrace.edge}, for what a WebSocket client may say */
    public static Connections start(
            ActorSystem<?> system,
            ConnectionSettings settings,
            Config edge,
            Relays relays,
            FamilyFeeds feeds,
            Families families,
            Access access,
            Epoch epoch,
            MeterRegistry registry,
            Clock clock) {
        Connection.Surroundings around = new Connection.Surroundings(
                relays,
                feeds,
                families,
                access,
                settings,
                new ConnectionMeters(registry),
                Conversation.Terms.from(edge),
                epoch,
                clock);
        ClusterSharding sharding = ClusterSharding.get(system);
        Entity<Connection.Command, ShardingEnvelope<Connection.Command>> entity = Entity.of(
                        Connection.KEY, context -> Connection.create(new ConnectionId(context.getEntityId()), around))
                .withMessageExtractor(new OwnNode.Extractor())
                .withAllocationStrategy(new OwnNode.Allocation())
                .withSettings(ClusterShardingSettings.create(system).withNoPassivationStrategy());
        sharding.init(entity);
        long uid = Cluster.get(system).selfMember().uniqueAddress().longUid();
        return new Connections(sharding, Long.toHexString(uid), settings.gzip());
    }

    /** A connection that has begun: its actor waits for its stream to be run. */
    public Opened open(Opening opening) {
        ConnectionId id = ConnectionId.mint(node);
        CompletableFuture<Source<ByteString, NotUsed>> source = new CompletableFuture<>();
        EntityRef<Connection.Command> actor = sharding.entityRefFor(Connection.KEY, id.value());
        here.add(id);
        actor.tell(new Connection.Open(opening, source, () -> here.remove(id)));
        return new Opened(id, source, actor);
    }

    /** Whether event streams may go out in gzip. */
    public boolean mayZip() {
        return mayZip;
    }

    /** How many connections this node has. */
    public int count() {
        return here.size();
    }

    /** Asks every client of this node to come back, each at its own moment inside the spread, and closes. */
    public void leave(Duration spread) {
        for (ConnectionId id : here) {
            Duration after = Duration.ofMillis(ThreadLocalRandom.current().nextLong(spread.toMillis() + 1));
            sharding.entityRefFor(Connection.KEY, id.value())
                    .tell(new Connection.End(Code.GOING_AWAY, "this node is leaving", after));
        }
    }

    /** The frames that go out, and how to pass on what comes in. */
    public static final class Opened {
        private final ConnectionId id;
        private final CompletionStage<Source<ByteString, NotUsed>> frames;
        private final EntityRef<Connection.Command> actor;

        private Opened(
                ConnectionId id,
                CompletionStage<Source<ByteString, NotUsed>> frames,
                EntityRef<Connection.Command> actor) {
            this.id = id;
            this.frames = frames;
            this.actor = actor;
        }

        public ConnectionId id() {
            return id;
        }

        /** The connection's stream of ready frames; to be run once, soon. */
        public CompletionStage<Source<ByteString, NotUsed>> frames() {
            return frames;
        }

        /** Passes a client's message on. The stage ends when the next may come, with whether one may. */
        public CompletionStage<Boolean> said(byte[] utf8) {
            CompletableFuture<Boolean> taken = new CompletableFuture<>();
            actor.tell(new Connection.Said(utf8, taken));
            return taken;
        }

        public void pinged(byte[] payload) {
            actor.tell(new Connection.Pinged(payload));
        }

        public void ponged() {
            actor.tell(new Connection.Ponged());
        }

        public void hangsUp(int closeCode) {
            actor.tell(new Connection.HangsUp(closeCode));
        }

        /** Ends the connection for a fault of the client's. */
        public void end(Code code, String detail) {
            actor.tell(new Connection.End(code, detail, null));
        }
    }
}
