package io.millrace.bench;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * What one selector thread has counted. Only that thread writes; the figures others look at while it runs are published
 * once a round of the selector, the histograms only after the thread has ended.
 */
final class Tally {
    /** Publish to receipt, in microseconds. */
    private final SingleWriterRecorder latency = new SingleWriterRecorder(1, 600_000_000L, 3);
    /** A client's opening to its last expected event, in microseconds. */
    private final Histogram completion = new Histogram(1, 600_000_000L, 3);

    private long delivered;
    private int completed;
    private long lastDeliveryNanos;

    private volatile long seenDelivered;
    private volatile int seenCompleted;
    private volatile long seenLastDelivery;

    void delivered(long receivedNanos) {
        delivered++;
        lastDeliveryNanos = receivedNanos;
    }

    void measured(long publishedNanos, long receivedNanos) {
        latency.recordValue(Math.min(micros(receivedNanos - publishedNanos), 600_000_000L));
    }

    void completed(long openedNanos, long receivedNanos) {
        completed++;
        completion.recordValue(Math.min(micros(receivedNanos - openedNanos), 600_000_000L));
    }

    void publish() {
        seenDelivered = delivered;
        seenCompleted = completed;
        seenLastDelivery = lastDeliveryNanos;
    }

    long seenDelivered() {
        return seenDelivered;
    }

    int seenCompleted() {
        return seenCompleted;
    }

    long seenLastDelivery() {
        return seenLastDelivery;
    }

    Histogram latencySinceLast() {
        return latency.getIntervalHistogram();
    }

    Histogram completion() {
        return completion;
    }

    static long micros(long nanos) {
        return Math.max(0, nanos / 1000);
    }
}
