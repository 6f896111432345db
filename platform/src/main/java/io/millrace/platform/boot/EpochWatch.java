package io.millrace.platform.boot;

import io.millrace.persistence.JournalUnavailable;
import io.millrace.persistence.Storage;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the database has begun another life under a running node (a failover, a restore): what the node knows is no
 * longer true then, so it stops, and the next start tells every client.
 */
final class EpochWatch {
    /** Why the node stops. */
    static final CoordinatedShutdown.Reason CHANGED = new CoordinatedShutdown.Reason() {
        @Override
        public String toString() {
            return "the database is in another epoch";
        }
    };

    private static final Logger LOG = LoggerFactory.getLogger(EpochWatch.class);

    private EpochWatch() {}

    static void start(ActorSystem<?> system, Storage storage, Duration interval) {
        Executor blocking = system.dispatchers().lookup(DispatcherSelector.blocking());
        system.scheduler()
                .scheduleWithFixedDelay(
                        interval,
                        interval,
                        () -> blocking.execute(() -> look(system, storage)),
                        system.executionContext());
    }

    private static void look(ActorSystem<?> system, Storage storage) {
        try {
            if (!storage.epochHolds()) {
                LOG.error("The database is in another epoch than {}: this node stops, start it again", storage.epoch());
                CoordinatedShutdown.get(system).runAll(CHANGED);
            }
        } catch (JournalUnavailable away) {
            LOG.debug("The epoch can't be looked at: {}", away.toString());
        }
    }
}
