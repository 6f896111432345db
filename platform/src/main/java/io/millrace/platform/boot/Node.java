package io.millrace.platform.boot;

import com.typesafe.config.Config;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.persistence.Storage;
import io.millrace.platform.access.Access;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.Revoked;
import io.millrace.platform.access.TokenVerifier;
import io.millrace.platform.channel.Behaviours;
import io.millrace.platform.channel.Channel;
import io.millrace.platform.channel.ChannelMeters;
import io.millrace.platform.channel.ChannelSettings;
import io.millrace.platform.channel.RetentionSweep;
import io.millrace.platform.connection.ConnectionSettings;
import io.millrace.platform.connection.Connections;
import io.millrace.platform.connection.Directory;
import io.millrace.platform.connection.LimitSettings;
import io.millrace.platform.connection.OperatorActs;
import io.millrace.platform.connection.RevocationSettings;
import io.millrace.platform.connection.RevocationWatch;
import io.millrace.platform.connection.Taps;
import io.millrace.platform.edge.Binding;
import io.millrace.platform.edge.Certificates;
import io.millrace.platform.edge.Edge;
import io.millrace.platform.edge.EdgeSettings;
import io.millrace.platform.edge.Ports;
import io.millrace.platform.family.Families;
import io.millrace.platform.ingest.IngestSettings;
import io.millrace.platform.ops.Admin;
import io.millrace.platform.ops.Canary;
import io.millrace.platform.ops.ClusterStats;
import io.millrace.platform.ops.Console;
import io.millrace.platform.ops.Operators;
import io.millrace.platform.ops.Questions;
import io.millrace.platform.ops.Readiness;
import io.millrace.platform.ops.Stats;
import io.millrace.platform.presence.Presences;
import io.millrace.platform.presence.Seats;
import io.millrace.platform.preset.AliasSettings;
import io.millrace.platform.preset.Aliases;
import io.millrace.platform.relay.FamilyFeeds;
import io.millrace.platform.relay.RelaySettings;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.SingletonActor;
import org.apache.pekko.stream.Materializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node: the rooms, started bottom-up on an open database and stopped top-down. Production, {@code dev} and
 * tests all start here. It serves when {@link #start} returns: a canary has gone the whole way by then.
 */
public final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final Duration CANARY_PATIENCE = Duration.ofSeconds(30);
    private static final Duration EPOCH_WATCH = Duration.ofSeconds(5);

    private final ActorSystem<Void> system;
    private final Listeners listeners;
    private final Binding admin;
    private final Console console;

    private Node(ActorSystem<Void> system, Listeners listeners, Binding admin, Console console) {
        this.console = console;
        this.system = system;
        this.listeners = listeners;
        this.admin = admin;
    }

    /** @param settings as {@link Settings#load} makes them */
    public static Node start(Config settings, Storage storage) {
        return start(settings, storage, Clock.systemUTC());
    }

    public static Node start(Config settings, Storage storage, Clock clock) {
        Config millrace = settings.getConfig("millrace");
        ClusterSettings cluster = ClusterSettings.from(millrace.getConfig("cluster"));
        HttpSettings ports = HttpSettings.from(millrace.getConfig("http"));
        ChannelSettings channels = ChannelSettings.from(millrace);
        Families families = Families.from(millrace);
        families.named().values().forEach(Behaviours::of);
        Behaviours.of(families.defaults());
        RelaySettings relaySettings = RelaySettings.from(millrace.getConfig("relay"));
        ConnectionSettings connectionSettings = ConnectionSettings.from(millrace.getConfig("connection"));
        EdgeSettings edgeSettings = EdgeSettings.from(millrace.getConfig("edge"));
        LimitSettings limits = LimitSettings.from(millrace.getConfig("limits"));
        RevocationSettings revocationSettings = RevocationSettings.from(millrace.getConfig("revocations"));
        DrainSettings drainSettings = DrainSettings.from(millrace.getConfig("drain"));
        IngestSettings ingestSettings = IngestSettings.from(millrace.getConfig("ingest"));
        AccessSettings accessSettings = AccessSettings.from(millrace.getConfig("access"));
        Aliases aliases = AliasSettings.from(millrace);
        Certificates certificates = ports.tls().enabled() ? new Certificates(ports.tls()) : null;

        ActorSystem<Void> system = ActorSystem.create(
                Behaviors.empty(), ClusterSettings.SYSTEM, actorSystem(settings, storage, cluster, drainSettings));
        try {
            PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            JvmFigures.bind(registry);
            Readiness readiness = new Readiness(system, storage);
            join(system, cluster);

            Function<ChannelName, EntityRef<Channel.Command>> channel = channels(
                    system,
                    families,
                    new Channel.Surroundings(channels, storage.journal(), clock, new ChannelMeters(registry)));
            FamilyFeeds feeds = FamilyFeeds.start(system, relaySettings, families, storage.families(), storage.epoch());
            Relays relays = Relays.start(
                    system,
                    relaySettings,
                    families,
                    aliases.controlNames(),
                    storage.journal(),
                    storage.epoch(),
                    registry,
                    channel::apply,
                    feeds::committed);
            Revoked revoked = new Revoked();
            Access access = new Access(revoked, families);
            TokenVerifier verifier = TokenVerifier.of(accessSettings, clock);
            BackDoors backDoors = new BackDoors(system, relays, access, registry);
            Presences presences = Presences.start(system, families, clock);
            Connections connections = Connections.start(
                    system,
                    connectionSettings,
                    millrace.getConfig("edge"),
                    relays,
                    new Connections.People(Seats.start(system), presences, limits),
                    feeds,
                    families,
                    access,
                    storage.epoch(),
                    registry,
                    clock);
            RevocationWatch revocations = RevocationWatch.start(
                    system, revocationSettings, storage.revocations(), revoked, connections, clock);
            Stats stats = new Stats(
                    registry,
                    connections,
                    storage.epoch(),
                    Cluster.get(system).selfMember().address().toString(),
                    revocations::databaseAnswers,
                    backDoors::report);
            Directory directory = Directory.start(system, connections, stats::here);
            OperatorActs acts = new OperatorActs(directory, revocations);
            ClusterStats clusterStats = new ClusterStats(stats, directory);
            Edge edge = new Edge(
                    edgeSettings,
                    aliases,
                    accessSettings,
                    verifier,
                    access,
                    new Edge.Rooms(
                            families,
                            relays,
                            connections,
                            acts,
                            presences,
                            relays.kept(),
                            storage.epoch(),
                            new Taps(system, connections, directory, registry),
                            clusterStats::json,
                            registry),
                    clock,
                    Materializer.createMaterializer(system));
            Drain drain = Drain.of(system, drainSettings, readiness, connections);
            Admin.Guard guard = new Admin.Guard(verifier, access, clock, ports.adminLogin());
            Console console = new Console(
                    guard,
                    edge::handleAs,
                    Questions.of(
                            system,
                            new Questions.Rooms(registry, stats, relays, families, directory),
                            new Questions.Asking(verifier, access, clock)),
                    Materializer.createMaterializer(system));
            Admin admin = new Admin(
                    readiness,
                    drain,
                    clusterStats,
                    registry,
                    guard,
                    new Operators(acts, guard, Materializer.createMaterializer(system)),
                    console,
                    system.dispatchers().lookup(DispatcherSelector.blocking()));

            Ports open = new Ports(system, ports.headTimeout());
            InetSocketAddress adminAddress = new InetSocketAddress(ports.adminHost(), ports.adminPort());
            Binding adminBinding = Listeners.bound(adminAddress, open.plain(adminAddress, admin::handle));
            if (!new Canary(relays).fly(CANARY_PATIENCE).toCompletableFuture().join()) {
                throw new SettingsRefused("the canary did not come back within " + CANARY_PATIENCE.toSeconds()
                        + " s: the database or the cluster does not work");
            }
            Listeners listeners = Listeners.open(open, ports, certificates, edge, registry);
            console.isServedAt(listeners.addresses().get(0));
            readiness.is(Readiness.Phase.SERVING);
            drain.before(listeners.bindings());
            backDoors.open(ingestSettings, storage.settings(), clock);
            EpochWatch.start(system, storage, EPOCH_WATCH);
            return new Node(system, listeners, adminBinding, console);
        } catch (RuntimeException failure) {
            system.terminate();
            throw failure;
        }
    }

    /** The public port: the plain one, or the one with TLS where that is the only one. */
    public int port() {
        return listeners.bindings().get(0).port();
    }

    /** The public port with TLS; -1 where there is none. */
    public int tlsPort() {
        Binding tls = listeners.tls();
        return tls == null ? -1 : tls.port();
    }

    /** Where this node listens: {@code http://host:port} and {@code https://host:port}. */
    List<String> addresses() {
        return listeners.addresses();
    }

    public int adminPort() {
        return admin.port();
    }

    /** @param start starts publishing what the console shows to newcomers, once, and says to which channel */
    void offersDemo(Supplier<String> start) {
        console.offersDemo(start);
    }

    /** {@code host:port} by which another node can join this one. */
    String clusterAddress() {
        Address address = Cluster.get(system).selfMember().address();
        return address.getHost().orElseThrow() + ":" + address.getPort().orElseThrow();
    }

    public ActorSystem<Void> system() {
        return system;
    }

    /** Drains and stops; ends when nothing of this node runs any more. */
    public CompletionStage<Done> stop() {
        return CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.actorSystemTerminateReason());
    }

    private static Config actorSystem(Config settings, Storage storage, ClusterSettings cluster, DrainSettings drain) {
        return cluster.actorSystem()
                .withFallback(drain.actorSystem())
                .withFallback(storage.pluginConfig())
                .withFallback(settings)
                .resolve();
    }

    private static void join(ActorSystem<Void> system, ClusterSettings settings) {
        Cluster cluster = Cluster.get(system);
        if (settings.isAlone()) {
            cluster.manager().tell(Join.create(cluster.selfMember().address()));
        }
        long deadline = System.nanoTime() + settings.joinTimeout().toNanos();
        CompletableFuture<Done> up = new CompletableFuture<>();
        org.apache.pekko.cluster.Cluster.get(system).registerOnMemberUp(() -> up.complete(Done.done()));
        try {
            up.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            throw new SettingsRefused("millrace.cluster.seed-nodes: this node became no member of the cluster within "
                    + settings.joinTimeout().toSeconds() + " s; is one of the seed nodes up?");
        } catch (InterruptedException | ExecutionException stopped) {
            throw new IllegalStateException("stopped while joining the cluster", stopped);
        }
        LOG.info("Member of the cluster as {}", cluster.selfMember().address());
    }

    private static Function<ChannelName, EntityRef<Channel.Command>> channels(
            ActorSystem<Void> system, Families families, Channel.Surroundings around) {
        ClusterSharding sharding = ClusterSharding.get(system);
        sharding.init(Entity.of(Channel.KEY, entity -> {
                    ChannelName channel = ChannelName.of(entity.getEntityId());
                    return Channel.create(channel, families.of(channel), around);
                })
                .withStopMessage(new Channel.Stop()));
        ClusterSingleton.get(system)
                .init(SingletonActor.of(
                        RetentionSweep.create(
                                around.settings(),
                                families,
                                around.journal(),
                                around.clock(),
                                (channel, command) -> sharding.entityRefFor(Channel.KEY, channel.value())
                                        .tell(command)),
                        "retention-sweep"));
        return channel -> sharding.entityRefFor(Channel.KEY, channel.value());
    }
}
