package io.millrace.bench;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether each number of a sequence came exactly once and in order. Costs two words while all goes well; what was passed
 * over is remembered, so that a late number is told from a repeated one.
 */
final class SequenceCheck {
    private final long first;
    private long next;
    private long duplicated;
    private long reordered;
    private @Nullable BitSet passedOver;

    SequenceCheck(long first) {
        this.first = first;
        this.next = first;
    }

    /** True where the number is new, in order or late; false where it was there before. */
    boolean accept(long number) {
        if (number == next) {
            next++;
            return true;
        }
        return number > next ? skipTo(number) : late(number);
    }

    private boolean skipTo(long number) {
        BitSet skipped = passedOver == null ? new BitSet() : passedOver;
        skipped.set((int) (next - first), (int) (number - first));
        passedOver = skipped;
        next = number + 1;
        return true;
    }

    private boolean late(long number) {
        if (passedOver != null && number >= first && passedOver.get((int) (number - first))) {
            passedOver.clear((int) (number - first));
            reordered++;
            return true;
        }
        duplicated++;
        return false;
    }

    /** How many of the numbers before {@code end} never came. */
    long lost(long end) {
        long holes = passedOver == null ? 0 : passedOver.cardinality();
        return holes + Math.max(0, end - next);
    }

    /** Everything up to {@code end} has come, late ones included. */
    boolean complete(long end) {
        return next >= end && lost(end) == 0;
    }

    long next() {
        return next;
    }

    long duplicated() {
        return duplicated;
    }

    long reordered() {
        return reordered;
    }
}
