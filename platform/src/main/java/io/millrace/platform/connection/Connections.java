package io.millrace.platform.connection;

import com.typesafe.config.Config;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.platform.access.Access;
import io.millrace.platform.access.Login;
import io.millrace.platform.family.Families;
import io.millrace.platform.presence.Presences;
import io.millrace.platform.presence.Seats;
import io.millrace.platform.relay.FamilyFeeds;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.Code;
import io.millrace.protocol.Epoch;
import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
import org.jspecify.annotations.Nullable;

/** The room's door: opens connections on this node and ends them. Safe for use by many threads. */
public final class Connections {
    private final ClusterSharding sharding;
    private final String node;
    private final Roster roster;
    private final Admission admission;
    private final Sessions sessions;
    private final boolean mayZip;
    private final Clock clock;
    private volatile boolean leaving;

    private final Surroundings around;

    private Connections(
            ClusterSharding sharding, String node, Roster roster, Admission admission, Surroundings around) {
        this.around = around;
        this.sharding = sharding;
        this.node = node;
        this.roster = roster;
        this.admission = admission;
        this.sessions = around.sessions();
        this.mayZip = around.settings().gzip();
        this.clock = around.clock();
    }

    /** Who counts connections, who knows who is where, and how many are too many. */
    public record People(Seats seats, Presences presences, LimitSettings limits) {}

    /** @param edge the settings under {@code millrace.edge}, for what a WebSocket client may say */
    public static Connections start(
            ActorSystem<?> system,
            ConnectionSettings settings,
            Config edge,
            Relays relays,
            People people,
            FamilyFeeds feeds,
            Families families,
            Access access,
            Epoch epoch,
            MeterRegistry registry,
            Clock clock) {
        ConnectionMeters meters = new ConnectionMeters(registry);
        Roster roster = new Roster();
        Sessions sessions = Sessions.start(system, settings.session(), meters);
        Admission admission = new Admission(roster, people.seats(), people.limits(), meters, clock);
        Surroundings around = new Surroundings(
                relays,
                feeds,
                families,
                access,
                admission,
                people.presences(),
                sessions,
                settings,
                meters,
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
        return new Connections(sharding, Long.toHexString(uid), roster, admission, around);
    }

    /** A connection that has begun: its actor waits for its stream to be run. Fails with {@link NotAdmitted}. */
    public CompletionStage<Opened> open(Opening opening) {
        Card card = new Card(ConnectionId.mint(node), opening, clock.instant());
        Login login = opening.login();
        try {
            admission.byAddress(card);
        } catch (NotAdmitted refused) {
            return CompletableFuture.failedFuture(refused);
        }
        if (login == null) {
            return CompletableFuture.completedFuture(begin(card, opening));
        }
        return admission.byUser(card, login, opening.caller().resumes()).thenApply(seated -> {
            if (!seated) {
                throw admission.turnedAway(card);
            }
            return begin(card, opening);
        });
    }

    private Opened begin(Card card, Opening opening) {
        CompletableFuture<Source<ByteString, NotUsed>> source = new CompletableFuture<>();
        EntityRef<Connection.Command> actor = actor(card);
        actor.tell(new Connection.Open(opening, card, source));
        return new Opened(card.id(), source, actor);
    }

    private EntityRef<Connection.Command> actor(Card card) {
        return sharding.entityRefFor(Connection.KEY, card.id().value());
    }

    /** Ends one of this node's connections. */
    void end(Card card, Code code, String detail) {
        actor(card).tell(new Connection.End(code, detail, null));
    }

    Surroundings around() {
        return around;
    }

    ConnectionId mintId() {
        return ConnectionId.mint(node);
    }

    Roster roster() {
        return roster;
    }

    /** Whether event streams may go out in gzip. */
    public boolean mayZip() {
        return mayZip;
    }

    /**
     * Takes over the session of an event stream that a client comes back to.
     *
     * @param user who the client is, where it has logged in besides
     */
    public CompletionStage<Claimed> claim(String connectionId, String secret, @Nullable String user) {
        return sessions.claim(connectionId, secret, Transport.SSE, user);
    }

    /** How many connections this node has. */
    public int count() {
        return roster.size();
    }

    /** How many sessions of this node wait for their clients. */
    public int waiting() {
        return sessions.waiting();
    }

    /** How many connections of this node follow each channel. */
    public Map<String, Integer> subscribers() {
        return roster.subscribers();
    }

    /** Whether this node is leaving: then nobody new is let in. */
    public boolean isLeaving() {
        return leaving;
    }

    /** Lets nobody new in, and returns what tells those who are here to go. */
    public Leaving leaving(Duration spread) {
        leaving = true;
        return new Leaving(roster.cards().iterator(), spread);
    }

    /** Asks the clients of this node to come back, each at its own moment inside a spread, and closes. */
    public final class Leaving {
        private final Iterator<Card> waiting;
        private final Duration spread;

        private Leaving(Iterator<Card> waiting, Duration spread) {
            this.waiting = waiting;
            this.spread = spread;
        }

        /** Tells the next so many, and says whether there may be more. */
        public boolean tell(int count) {
            for (int i = 0; i < count && waiting.hasNext(); i++) {
                Duration after = Duration.ofMillis(ThreadLocalRandom.current().nextLong(spread.toMillis() + 1));
                actor(waiting.next()).tell(new Connection.End(Code.GOING_AWAY, "this node is leaving", after));
            }
            return waiting.hasNext();
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
