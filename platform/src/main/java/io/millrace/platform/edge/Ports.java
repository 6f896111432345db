package io.millrace.platform.edge;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.Materializer;

/** Opens ports, and has them closed when the node stops: accepting first, then what was asked is answered. */
public final class Ports {
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(1);

    private final ActorSystem<?> system;

    public Ports(ActorSystem<?> system) {
        this.system = system;
    }

    /** The public port. */
    public CompletionStage<Binding> open(HttpWire wire, InetSocketAddress address, Edge edge) {
        return wire == HttpWire.LEAN
                ? lean(address, edge::handle)
                : plain(address, request -> edge.handle(request).thenApply(PekkoWire::carry));
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

    private CompletionStage<Binding> lean(
            InetSocketAddress address, Function<HttpRequest, CompletionStage<HttpResponse>> routes) {
        ServerSettings settings = ServerSettings.create(Adapter.toClassic(system));
        LeanWire wire =
                new LeanWire(Adapter.toClassic(system), settings, routes, Materializer.createMaterializer(system));
        CompletableFuture<InetSocketAddress> bound = new CompletableFuture<>();
        ActorRef acceptor = ((ExtendedActorSystem) Adapter.toClassic(system))
                .systemActorOf(Acceptor.props(wire, address, settings, bound), "public-port");
        return bound.thenApply(made -> {
            Binding binding = new Binding(made, () -> unbind(acceptor));
            closeInTime(binding, acceptor);
            return binding;
        });
    }

    private void closeInTime(Binding binding, ActorRef acceptor) {
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
        shutdown.addTask(CoordinatedShutdown.PhaseServiceUnbind(), "unbind-public-port", binding::unbind);
        shutdown.addTask(CoordinatedShutdown.PhaseServiceRequestsDone(), "last-answers", () -> finish(acceptor));
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
