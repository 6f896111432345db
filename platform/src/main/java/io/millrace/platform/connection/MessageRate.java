package io.millrace.platform.connection;

import java.time.Duration;

/** A token bucket for one connection's messages: {@code perSecond} on the average, {@code burst} at once. */
final class MessageRate {
    private static final long SECOND = 1_000_000_000L;

    private final long nanosPerMessage;
    private final long burstNanos;
    private long spentUntil;

    MessageRate(int perSecond, int burst, long nowNanos) {
        this.nanosPerMessage = SECOND / perSecond;
        this.burstNanos = nanosPerMessage * burst;
        this.spentUntil = nowNanos - burstNanos;
    }

    /** Takes one message, or says how long to wait for the next. */
    Duration take(long nowNanos) {
        long from = Math.max(spentUntil, nowNanos - burstNanos);
        long over = from + nanosPerMessage - nowNanos;
        if (over > 0) {
            return Duration.ofNanos(over);
        }
        spentUntil = from + nanosPerMessage;
        return Duration.ZERO;
    }
}
