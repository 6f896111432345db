package io.millrace.platform.edge;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.Materializer;

/**
 * Opens ports, and has them closed when the node stops: accepting first, then what was asked is answered. Each public port
 * has an acceptor of its own; the ports differ in the {@link Wire} that runs over a socket.
 */
public final class Ports {
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(1);
    /** More than there are processors, so that none waits for another's host. */
    private static final int HOSTS = 2 * Runtime.getRuntime().availableProcessors();

    private final ActorSystem<?> system;
    private final ServerSettings settings;
    private final Patience.Limits limits;
    private final StreamHosts hosts;

    /** @param headTimeout how long a request's head may take */
    public Ports(ActorSystem<?> system, Duration headTimeout) {
        this.system = system;
        this.settings = ServerSettings.create(Adapter.toClassic(system));
        this.limits = new Patience.Limits(
                headTimeout,
                Duration.ofNanos(settings.getTimeouts().idleTimeout().toNanos()));
        this.hosts = new StreamHosts(HOSTS, Materializer.createMaterializer(system));
    }

    /** The plain public port: HTTP/1.1. */
    public CompletionStage<Binding> open(HttpWire wire, InetSocketAddress address, Edge edge) {
        org.apache.pekko.actor.ActorSystem classic = Adapter.toClassic(system);
        return listen(
                "public-port",
                address,
                wire == HttpWire.LEAN
                        ? new LeanWire(classic, settings, limits, edge::handle, hosts)
                        : new PekkoWire(classic, settings, limits, edge::handle, hosts));
    }

    /** The public port with TLS: HTTP/1.1 and HTTP/2. Its files are looked at as often as the settings say. */
    public CompletionStage<Binding> openTls(
            TlsSettings tls, Certificates certificates, InetSocketAddress address, Edge edge) {
        Cancellable looking = system.scheduler()
                .scheduleWithFixedDelay(
                        tls.checkInterval(),
                        tls.checkInterval(),
                        certificates::look,
                        system.dispatchers().lookup(DispatcherSelector.blocking()));
        system.getWhenTerminated().thenAccept(done -> looking.cancel());
        return listen(
                "tls-port",
                address,
                new TlsWire(
                        Adapter.toClassic(system), settings, limits, certificates, tls.http2(), edge::handle, hosts));
    }

    /** A port without event streams. */
    public CompletionStage<Binding> plain(
            InetSocketAddress address, Function<HttpRequest, CompletionStage<HttpResponse>> routes) {
        return Http.get(system)
                .newServerAt(address.getHostString(), address.getPort())
                .bind(routes)
                .thenApply(made -> made.addToCoordinatedShutdown(LAST_ANSWERS, system))
                .thenApply(made -> new Binding(made.localAddress(), made::unbind));
    }

    private CompletionStage<Binding> listen(String name, InetSocketAddress address, Wire wire) {
        CompletableFuture<InetSocketAddress> bound = new CompletableFuture<>();
        ActorRef acceptor = ((ExtendedActorSystem) Adapter.toClassic(system))
                .systemActorOf(Acceptor.props(wire, address, settings, bound), name);
        return bound.thenApply(made -> {
            Binding binding = new Binding(made, () -> unbind(acceptor));
            closeInTime(name, binding, acceptor);
            return binding;
        });
    }

    private void closeInTime(String name, Binding binding, ActorRef acceptor) {
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
        shutdown.addTask(CoordinatedShutdown.PhaseServiceUnbind(), "unbind-" + name, binding::unbind);
        shutdown.addTask(
                CoordinatedShutdown.PhaseServiceRequestsDone(), "last-answers-" + name, () -> finish(acceptor));
    }

    private static CompletionStage<Done> unbind(ActorRef acceptor) {
        CompletableFuture<Done> unbound = new CompletableFuture<>();
        acceptor.tell(new Acceptor.Unbind(unbound), ActorRef.noSender());
        return unbound;
    }

    private CompletionStage<Done> finish(ActorRef acceptor) {
        CompletableFuture<Done> finished = new CompletableFuture<>();
        acceptor.tell(new Acceptor.Finish(finished), ActorRef.noSender());
        return finished.completeOnTimeout(Done.done(), LAST_ANSWERS.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((done, failure) -> Adapter.toClassic(system).stop(acceptor));
    }
}
