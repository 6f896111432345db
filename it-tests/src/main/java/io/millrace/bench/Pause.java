package io.millrace.bench;

import java.util.concurrent.locks.LockSupport;

/** Waits without spinning: the machine's cores belong to the server under load. */
final class Pause {
    private Pause() {}

    static void millis(long millis) {
        LockSupport.parkNanos(millis * 1_000_000);
    }

    static void untilNanos(long deadlineNanos) {
        long left = deadlineNanos - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = deadlineNanos - System.nanoTime();
        }
    }
}
