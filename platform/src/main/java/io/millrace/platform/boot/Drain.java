package io.millrace.platform.boot;

import io.millrace.platform.connection.Connections;
import io.millrace.platform.edge.Binding;
import io.millrace.platform.ops.Departure;
import io.millrace.platform.ops.Readiness;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.typed.Cluster;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node leaves: not ready first, no new connections, then its clients are told to come back elsewhere, so many a second
 * and each at its own moment, and only then the rest stops.
 */
final class Drain implements Departure {
    /** Why a node stops when an operator asks it to. */
    static final CoordinatedShutdown.Reason ASKED = new CoordinatedShutdown.Reason() {
        @Override
        public String toString() {
            return "asked to drain";
        }
    };

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final Duration STEP = Duration.ofMillis(100);
    private static final int STEPS_A_REPORT = 10;

    private final ActorSystem<?> system;
    private final DrainSettings settings;
    private final Readiness readiness;
    private final Connections connections;
    private volatile int atFirst;

    private Drain(ActorSystem<?> system, DrainSettings settings, Readiness readiness, Connections connections) {
        this.system = system;
        this.settings = settings;
        this.readiness = readiness;
        this.connections = connections;
    }

    static Drain of(ActorSystem<?> system, DrainSettings settings, Readiness readiness, Connections connections) {
        return new Drain(system, settings, readiness, connections);
    }

    /** Has the node drain before anything else of it stops. */
    void before(List<Binding> listeners) {
        CoordinatedShutdown.get(system).addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "drain", () -> {
            readiness.is(Readiness.Phase.LEAVING);
            atFirst = connections.count();
            LOG.info("Leaving: {} connections are told to come back elsewhere", atFirst);
            CompletableFuture<?>[] unbinding = listeners.stream()
                    .map(listener -> listener.unbind().toCompletableFuture())
                    .toArray(CompletableFuture<?>[]::new);
            return CompletableFuture.allOf(unbinding).thenCompose(unbound -> {
                long deadline = System.nanoTime() + settings.timeout().toNanos();
                return tell(connections.leaving(settings.spread()), settings.each(STEP, atFirst), 1, deadline);
            });
        });
    }

    @Override
    public void begin() {
        CoordinatedShutdown.get(system).runAll(ASKED);
    }

    @Override
    public Progress progress() {
        boolean leaving = readiness.phase() == Readiness.Phase.LEAVING;
        int left = connections.count();
        return new Progress(leaving, leaving ? Math.max(atFirst, left) : left, left);
    }

    private CompletionStage<Done> tell(Connections.Leaving leaving, int each, int step, long deadline) {
        if (!leaving.tell(each)) {
            long now = System.nanoTime();
            long grace = now + settings.grace().toNanos();
            long last = grace + settings.spread().toNanos(); // whoever was told last may come that late
            return gone(step, Math.min(grace, deadline), isAlone() ? now : Math.min(last, deadline));
        }
        report(step);
        return after(STEP).thenCompose(again -> tell(leaving, each, step + 1, deadline));
    }

    private CompletionStage<Done> gone(int step, long clientsUntil, long sessionsUntil) {
        long now = System.nanoTime();
        boolean clients = connections.count() > 0 && now < clientsUntil;
        boolean sessions = connections.waiting() > 0 && now < sessionsUntil;
        if (!clients && !sessions) {
            LOG.info(
                    "Left with {} connections still open and {} sessions that nobody came for",
                    connections.count(),
                    connections.waiting());
            return CompletableFuture.completedFuture(Done.done());
        }
        report(step);
        return after(STEP).thenCompose(again -> gone(step + 1, clientsUntil, sessionsUntil));
    }

    /** Then there is nobody to hand a session over to. */
    private boolean isAlone() {
        return Cluster.get(system).state().members().size() == 1;
    }

    private void report(int step) {
        if (step % STEPS_A_REPORT == 0) {
            LOG.info(
                    "Leaving: {} of {} connections are still here, {} sessions wait for their clients",
                    connections.count(),
                    atFirst,
                    connections.waiting());
        }
    }

    private static CompletionStage<Done> after(Duration pause) {
        return CompletableFuture.supplyAsync(
                Done::done, CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS));
    }
}
