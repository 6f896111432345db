package io.millrace.platform.boot;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.persistence.StorageSettings;
import io.millrace.platform.access.Access;
import io.millrace.platform.ingest.Ingest;
import io.millrace.platform.ingest.IngestSettings;
import io.millrace.platform.relay.Relays;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.jspecify.annotations.Nullable;

/** Opens the room {@code ingest} once the node serves, and closes it first of all, so that another node takes over. */
final class BackDoors {
    private final ActorSystem<?> system;
    private final Relays relays;
    private final Access access;
    private final MeterRegistry registry;
    private volatile @Nullable Ingest ingest;

    BackDoors(ActorSystem<?> system, Relays relays, Access access, MeterRegistry registry) {
        this.system = system;
        this.relays = relays;
        this.access = access;
        this.registry = registry;
    }

    void open(IngestSettings settings, StorageSettings own, Clock clock) {
        Ingest opened = Ingest.start(settings, own, relays, access, registry, clock);
        ingest = opened;
        Executor blocking = system.dispatchers().lookup(DispatcherSelector.blocking());
        CoordinatedShutdown.get(system)
                .addTask(
                        CoordinatedShutdown.PhaseBeforeServiceUnbind(),
                        "ingest",
                        () -> CompletableFuture.supplyAsync(
                                () -> {
                                    opened.close();
                                    return Done.done();
                                },
                                blocking));
    }

    /** How each line from a database is; none before the node serves. */
    List<Map<String, Object>> report() {
        Ingest opened = ingest;
        return opened == null ? List.of() : opened.report();
    }
}
