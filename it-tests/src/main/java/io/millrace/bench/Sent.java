package io.millrace.bench;

import java.util.concurrent.atomic.AtomicLongArray;

/** How many numbers of each lane were published and acknowledged so far: what every subscriber must have in the end. */
final class Sent {
    private final AtomicLongArray lanes;

    Sent(int lanes) {
        this.lanes = new AtomicLongArray(lanes);
    }

    /** The number the lane's next event gets. */
    long next(int lane) {
        return lanes.get(lane);
    }

    void acknowledged(int lane, int events) {
        lanes.addAndGet(lane, events);
    }

    int lanes() {
        return lanes.length();
    }

    long all() {
        long sum = 0;
        for (int lane = 0; lane < lanes.length(); lane++) {
            sum += lanes.get(lane);
        }
        return sum;
    }
}
