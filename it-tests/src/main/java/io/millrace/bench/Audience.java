package io.millrace.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** All subscribers of a run, spread over one or two selector threads, seen as one. */
final class Audience implements AutoCloseable {
    private final List<SubscriberPool> pools = new ArrayList<>();

    static Audience open(Target target, Plan plan, int threads) {
        Audience audience = new Audience();
        int used = Math.max(1, Math.min(threads, plan.count()));
        for (int first = 0; first < used; first++) {
            audience.pools.add(SubscriberPool.open(target, plan, first, used));
        }
        return audience;
    }

    /** Waits until the server has told every subscriber that it is listening; says why where it doesn't come to that. */
    void awaitReady(Duration limit) {
        int all = pools.stream().mapToInt(SubscriberPool::count).sum();
        boolean reached = await(limit, () -> ended() > 0 || ready() == all);
        if (!reached || ended() > 0) {
            close();
            String why = subscribers()
                    .filter(subscriber -> !subscriber.ready() || subscriber.ending() != null)
                    .findFirst()
                    .map(Subscriber::plight)
                    .orElse("not opened in time");
            throw new BenchFailure(ready() + " of " + all + " subscribers became ready; one of the others: " + why);
        }
    }

    /** True as soon as so many deliveries came; false after {@code quiet} without any, or when somebody was cut off. */
    boolean awaitDeliveries(long expected, Duration quiet) {
        long before = -1;
        while (delivered() < expected) {
            long now = delivered();
            if (now == before || ended() > 0) {
                return false;
            }
            before = now;
            await(quiet, () -> delivered() != now || ended() > 0);
        }
        return true;
    }

    private boolean await(Duration limit, BooleanSupplier reached) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!reached.getAsBoolean()) {
            pools.forEach(SubscriberPool::refuseBroken);
            if (System.nanoTime() > deadline) {
                return false;
            }
            Pause.millis(1);
        }
        return true;
    }

    long delivered() {
        return pools.stream().mapToLong(pool -> pool.tally().seenDelivered()).sum();
    }

    long lastDeliveryNanos() {
        return pools.stream()
                .mapToLong(pool -> pool.tally().seenLastDelivery())
                .max()
                .orElse(0);
    }

    int ready() {
        return pools.stream().mapToInt(SubscriberPool::ready).sum();
    }

    int ended() {
        return pools.stream().mapToInt(SubscriberPool::ended).sum();
    }

    @Override
    public void close() {
        pools.forEach(SubscriberPool::close);
    }

    /** Only after {@link #close()}, like everything below. */
    Stream<Subscriber> subscribers() {
        return pools.stream().flatMap(pool -> pool.subscribers().stream());
    }

    /** Throws where a subscriber didn't even get its stream: then the run says nothing about events. */
    void refuseUnopened() {
        subscribers().filter(subscriber -> !subscriber.opened()).findFirst().ifPresent(subscriber -> {
            throw new BenchFailure("a subscriber got no stream: " + subscriber.plight());
        });
    }

    /** A fault where somebody was cut off. */
    void tellEnded(Outcome outcome) {
        long ended = subscribers().filter(s -> s.ending() != null).count();
        if (ended > 0) {
            String why = subscribers()
                    .filter(s -> s.ending() != null)
                    .findFirst()
                    .map(Subscriber::plight)
                    .orElse("");
            outcome.fault(ended + " subscribers were cut off, one of them: " + why);
        }
    }

    Losses losses() {
        return subscribers().map(s -> s.receipts().losses()).reduce(Losses.NONE, Losses::plus);
    }

    /** Publish to receipt since the last call; may be called at any time, by one thread. */
    Histogram latencySinceLast() {
        return merged(Tally::latencySinceLast);
    }

    Histogram completion() {
        return merged(Tally::completion);
    }

    private Histogram merged(Function<Tally, Histogram> which) {
        Histogram all = new Histogram(1, 600_000_000L, 3);
        pools.forEach(pool -> all.add(which.apply(pool.tally())));
        return all;
    }
}
