package io.millrace.platform.boot;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process holds, given back in the right order when it ends, however it ends: the node drains and stops, then what
 * it stood on is closed, the last opened first.
 */
final class Lifetime {
    private static final Logger LOG = LoggerFactory.getLogger(Lifetime.class);

    /** The exit code that asks whoever watches the process to start it again. */
    static final int START_AGAIN = 3;

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private volatile @Nullable Node node;

    Lifetime() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "millrace-end"));
    }

    synchronized void closesLast(AutoCloseable resource) {
        opened.push(resource);
    }

    Node runs(Supplier<Node> start) {
        Node started = start.get();
        node = started;
        return started;
    }

    /**
     * Waits until the node has stopped.
     *
     * @return 0 where that was asked for, by a signal or by {@code drain}; {@link #START_AGAIN} where the node found that it
     *     can't go on, because the cluster threw it out or the database is another one
     */
    int untilStopped(Node running) {
        running.system().getWhenTerminated().toCompletableFuture().join();
        return CoordinatedShutdown.get(running.system())
                .getShutdownReason()
                .filter(reason -> reason == EpochWatch.CHANGED
                        || reason == CoordinatedShutdown.clusterDowningReason()
                        || reason == CoordinatedShutdown.incompatibleConfigurationDetectedReason())
                .map(reason -> START_AGAIN)
                .orElse(0);
    }

    private synchronized void end() {
        Node running = node;
        if (running != null) {
            CompletableFuture<?> stopped = running.stop().toCompletableFuture();
            stopped.exceptionally(failure -> null).join();
        }
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception failure) {
                LOG.warn("Could not be closed: {}", failure.toString());
            }
        }
    }
}
