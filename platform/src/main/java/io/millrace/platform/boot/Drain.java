package io.millrace.platform.boot;

import io.millrace.platform.connection.Connections;
import io.millrace.platform.edge.Binding;
import io.millrace.platform.ops.Readiness;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a node leaves: not ready first, no new connections, every client told when to come back, and only then the rest. */
final class Drain {
    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private Drain() {}

    static void prepare(
            ActorSystem<?> system,
            DrainSettings settings,
            Readiness readiness,
            Connections connections,
            List<Binding> listeners) {
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
        shutdown.addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "drain", () -> {
            readiness.is(Readiness.Phase.LEAVING);
            LOG.info("Leaving: {} connections are told to come back elsewhere", connections.count());
            CompletableFuture<?>[] unbinding = listeners.stream()
                    .map(listener -> listener.unbind().toCompletableFuture())
                    .toArray(CompletableFuture<?>[]::new);
            return CompletableFuture.allOf(unbinding).thenCompose(unbound -> {
                connections.leave(settings.spread());
                return gone(connections, System.nanoTime() + settings.grace().toNanos());
            });
        });
    }

    private static CompletionStage<Done> gone(Connections connections, long deadline) {
        if (connections.count() == 0 || System.nanoTime() > deadline) {
            LOG.info("Left with {} connections still open", connections.count());
            return CompletableFuture.completedFuture(Done.done());
        }
        return CompletableFuture.supplyAsync(
                        Done::done, CompletableFuture.delayedExecutor(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS))
                .thenCompose(again -> gone(connections, deadline));
    }
}
