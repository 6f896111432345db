package io.millrace.platform.boot;

import com.typesafe.config.Config;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.persistence.Storage;
import io.millrace.platform.access.Access;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.TokenVerifier;
import io.millrace.platform.channel.Channel;
import io.millrace.platform.channel.ChannelSettings;
import io.millrace.platform.channel.RetentionSweep;
import io.millrace.platform.connection.ConnectionSettings;
import io.millrace.platform.connection.Connections;
import io.millrace.platform.edge.Binding;
import io.millrace.platform.edge.Edge;
import io.millrace.platform.edge.EdgeSettings;
import io.millrace.platform.edge.Ports;
import io.millrace.platform.family.Families;
import io.millrace.platform.ops.Admin;
import io.millrace.platform.ops.Canary;
import io.millrace.platform.ops.Readiness;
import io.millrace.platform.ops.Stats;
import io.millrace.platform.relay.FamilyFeeds;
import io.millrace.platform.relay.RelaySettings;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
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
    private static final Duration BIND_TIMEOUT = Duration.ofSeconds(10);

    private final ActorSystem<Void> system;
    private final Binding http;
    private final Binding admin;

    private Node(ActorSystem<Void> system, Binding http, Binding admin) {
        this.system = system;
        this.http = http;
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
        RelaySettings relaySettings = RelaySettings.from(millrace.getConfig("relay"));
        ConnectionSettings connectionSettings = ConnectionSettings.from(millrace.getConfig("connection"));
        EdgeSettings edgeSettings = EdgeSettings.from(millrace.getConfig("edge"));
        DrainSettings drain = DrainSettings.from(millrace.getConfig("drain"));
        AccessSettings accessSettings = AccessSettings.from(millrace.getConfig("access"));

        ActorSystem<Void> system =
                ActorSystem.create(Behaviors.empty(), ClusterSettings.SYSTEM, actorSystem(settings, storage, cluster));
        try {
            PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            JvmFigures.bind(registry);
            Readiness readiness = new Readiness(system, storage);
            join(system, cluster);

            Function<ChannelName, EntityRef<Channel.Command>> channel =
                    channels(system, channels, families, storage, clock);
            FamilyFeeds feeds = FamilyFeeds.start(system, relaySettings, families, storage.families(), storage.epoch());
            Relays relays = Relays.start(
                    system,
                    relaySettings,
                    storage.journal(),
                    storage.epoch(),
                    registry,
                    channel::apply,
                    feeds::committed);
            Access access = new Access();
            TokenVerifier verifier = TokenVerifier.of(accessSettings, clock);
            Connections connections = Connections.start(
                    system,
                    connectionSettings,
                    millrace.getConfig("edge"),
                    relays,
                    feeds,
                    families,
                    access,
                    storage.epoch(),
                    registry,
                    clock);
            Stats stats = new Stats(
                    registry,
                    connections,
                    storage.epoch(),
                    Cluster.get(system).selfMember().address().toString());
            Edge edge = new Edge(
                    edgeSettings,
                    accessSettings,
                    verifier,
                    access,
                    new Edge.Rooms(families, relays, connections, storage.journal(), storage.epoch(), stats::json),
                    clock,
                    Materializer.createMaterializer(system));
            Admin admin = new Admin(
                    readiness,
                    stats,
                    registry,
                    new Admin.Guard(verifier, access, clock, ports.adminLogin()),
                    system.dispatchers().lookup(DispatcherSelector.blocking()));

            Ports open = new Ports(system);
            InetSocketAddress adminAddress = new InetSocketAddress(ports.adminHost(), ports.adminPort());
            Binding adminBinding = bound(adminAddress, open.plain(adminAddress, admin::handle));
            if (!new Canary(relays).fly(CANARY_PATIENCE).toCompletableFuture().join()) {
                throw new SettingsRefused("the canary did not come back within " + CANARY_PATIENCE.toSeconds()
                        + " s: the database or the cluster does not work");
            }
            InetSocketAddress httpAddress = new InetSocketAddress(ports.host(), ports.port());
            Binding httpBinding = bound(httpAddress, open.open(ports.wire(), httpAddress, edge));
            readiness.is(Readiness.Phase.SERVING);
            Drain.prepare(system, drain, readiness, connections, httpBinding);
            return new Node(system, httpBinding, adminBinding);
        } catch (RuntimeException failure) {
            system.terminate();
            throw failure;
        }
    }

    /** The public port. */
    public int port() {
        return http.port();
    }

    public int adminPort() {
        return admin.port();
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

    private static Config actorSystem(Config settings, Storage storage, ClusterSettings cluster) {
        return cluster.actorSystem()
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
            ActorSystem<Void> system, ChannelSettings settings, Families families, Storage storage, Clock clock) {
        ClusterSharding sharding = ClusterSharding.get(system);
        sharding.init(Entity.of(Channel.KEY, entity -> {
            ChannelName channel = ChannelName.of(entity.getEntityId());
            return Channel.create(channel, families.of(channel), settings, storage.journal(), clock);
        }));
        ClusterSingleton.get(system)
                .init(SingletonActor.of(
                        RetentionSweep.create(
                                settings,
                                families,
                                storage.journal(),
                                clock,
                                (channel, command) -> sharding.entityRefFor(Channel.KEY, channel.value())
                                        .tell(command)),
                        "retention-sweep"));
        return channel -> sharding.entityRefFor(Channel.KEY, channel.value());
    }

    private static Binding bound(InetSocketAddress address, CompletionStage<Binding> binding) {
        try {
            return binding.toCompletableFuture().get(BIND_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException taken) {
            throw new SettingsRefused("can't listen on " + address.getHostString() + ":" + address.getPort()
                    + ": is another process using it?");
        } catch (InterruptedException stopped) {
            throw new IllegalStateException("stopped while binding", stopped);
        }
    }
}
