package io.millrace.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Many subscribers on one selector thread. Opens a bounded number at a time, so that the server's accept queue isn't what
 * is measured, then only reads. Where another thread looks on while it runs, it sees the published counts; the books
 * themselves can be read once {@link #close()} has returned.
 */
final class SubscriberPool implements AutoCloseable {
    private static final int READ_BYTES = 256 * 1024;
    private static final int OPENING_AT_ONCE = 64;
    private static final long ROUND_MILLIS = 20;

    private final Target target;
    private final Plan plan;
    private final int first;
    private final int step;
    private final int count;
    private final Selector selector;
    private final Tally tally = new Tally();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final List<Subscriber> unready = new ArrayList<>();
    private final Thread thread;
    private volatile int seenReady;
    private volatile int seenEnded;
    private volatile boolean closing;
    private volatile @Nullable Throwable broken;

    private SubscriberPool(Target target, Plan plan, int first, int step) throws IOException {
        this.target = target;
        this.plan = plan;
        this.first = first;
        this.step = step;
        this.count = (plan.count() - first + step - 1) / step;
        this.selector = Selector.open();
        this.thread = new Thread(this::run, "subscribers");
        this.thread.setDaemon(true);
    }

    /** Takes the plan's subscribers {@code first}, {@code first + step} and so on. */
    static SubscriberPool open(Target target, Plan plan, int first, int step) {
        try {
            SubscriberPool pool = new SubscriberPool(target, plan, first, step);
            pool.thread.start();
            return pool;
        } catch (IOException e) {
            throw new BenchFailure("no selector for the subscribers", e);
        }
    }

    private void run() {
        ByteBuffer direct = ByteBuffer.allocateDirect(READ_BYTES);
        byte[] bytes = new byte[READ_BYTES];
        try {
            while (!closing) {
                openMore();
                selector.select(key -> attached(key).advance(key, direct, bytes), ROUND_MILLIS);
                tally.publish();
                countEnds();
            }
        } catch (IOException | RuntimeException e) {
            broken = e;
        } finally {
            subscribers.forEach(Subscriber::close);
            closeSelector();
        }
    }

    private void openMore() throws IOException {
        unready.removeIf(subscriber -> subscriber.ready() || subscriber.ending() != null);
        while (subscribers.size() < count && unready.size() < OPENING_AT_ONCE) {
            int index = first + subscribers.size() * step;
            Subscriber subscriber =
                    Subscriber.connect(selector, target, plan.opening(index), plan.receipts(index, tally));
            subscribers.add(subscriber);
            unready.add(subscriber);
        }
        if (seenReady < count) {
            seenReady = (int) subscribers.stream().filter(Subscriber::ready).count();
        }
    }

    private void countEnds() {
        if (selector.keys().size() < subscribers.size()) {
            seenEnded =
                    (int) subscribers.stream().filter(s -> s.ending() != null).count();
        }
    }

    private static Subscriber attached(SelectionKey key) {
        return (Subscriber) key.attachment();
    }

    private void closeSelector() {
        try {
            selector.close();
        } catch (IOException e) {
            // the thread ends here anyway
        }
    }

    /** Ends the thread and its connections; safe to call twice. */
    @Override
    public void close() {
        closing = true;
        selector.wakeup();
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Throws where the thread itself broke, which must not look like a lossless run. */
    void refuseBroken() {
        Throwable cause = broken;
        if (cause != null) {
            throw new BenchFailure("the subscribers' thread broke: " + cause, cause);
        }
    }

    int ready() {
        return seenReady;
    }

    int ended() {
        return seenEnded;
    }

    int count() {
        return count;
    }

    Tally tally() {
        return tally;
    }

    /** Only after {@link #close()}. */
    List<Subscriber> subscribers() {
        return subscribers;
    }
}
