package io.millrace.platform.channel;

import io.millrace.platform.family.Family.Rate;
import java.time.Duration;

/**
 * How much one channel may still take: its family's rate as a token bucket that holds no tokens but the moment up to which
 * everything is spent (the generic cell rate algorithm, ITU-T I.371). Immutable; time is told.
 *
 * @param spentUntil in nanoseconds of the clock; now or earlier means that the whole burst may come
 * @param at when it was asked last, so that a clock that is set back costs nobody the time between
 */
record Allowance(Rate rate, long spentUntil, long at) {
    static final Allowance UNLIMITED = of(Rate.UNLIMITED);

    /** Keeps the sums below far from the end of a long. */
    private static final long LONGEST_BURST = Duration.ofDays(30).toNanos();

    static Allowance of(Rate rate) {
        return new Allowance(rate, Long.MIN_VALUE, Long.MIN_VALUE);
    }

    /**
     * What came of asking.
     *
     * @param left what is allowed after it
     * @param pause zero where the events may come now, all of them
     */
    record Taken(Allowance left, Duration pause) {
        boolean granted() {
            return pause.isZero();
        }
    }

    /**
     * Asks for so many events at once. More than a whole burst are let through when nothing is spent, since they could
     * never come otherwise; the time they cost has to pass before the next.
     */
    Taken take(int events, long nowMillis) {
        if (!rate.isLimited()) {
            return new Taken(this, Duration.ZERO);
        }
        long now = nowMillis * 1_000_000;
        long back = at == Long.MIN_VALUE ? 0 : Math.max(0, at - now);
        long from = at == Long.MIN_VALUE ? now : Math.max(spentUntil - back, now);
        long each = Math.max(1, rate.per().toNanos() / rate.events());
        long burst = rate.burst() > LONGEST_BURST / each ? LONGEST_BURST : rate.burst() * each;
        long over = from - now + Math.min(events * each, burst) - burst;
        return over > 0
                ? new Taken(new Allowance(rate, from, now), Duration.ofNanos(over))
                : new Taken(new Allowance(rate, from + events * each, now), Duration.ZERO);
    }
}
