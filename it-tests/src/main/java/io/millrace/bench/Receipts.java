package io.millrace.bench;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** One subscriber's book: which events came, checked against what has to come. */
abstract class Receipts implements Mark.Listener {
    private final Tally tally;
    private long openedNanos;
    private boolean complete;

    Receipts(Tally tally) {
        this.tally = tally;
    }

    void opened(long nowNanos) {
        openedNanos = nowNanos;
    }

    boolean complete() {
        return complete;
    }

    /** Notes a delivery, and the moment after which nothing more is expected. */
    final void took(long receivedNanos, boolean everything) {
        tally.delivered(receivedNanos);
        if (everything && !complete) {
            complete = true;
            tally.completed(openedNanos, receivedNanos);
        }
    }

    final Tally tally() {
        return tally;
    }

    abstract Losses losses();

    /** So many lanes of one run, from {@code first} on: of each exactly what was published and acknowledged. */
    static final class OfLanes extends Receipts {
        private final int run;
        private final int first;
        private final Sent sent;
        private final SequenceCheck[] checks;

        OfLanes(Tally tally, int run, int first, int count, Sent sent) {
            super(tally);
            this.run = run;
            this.first = first;
            this.sent = sent;
            this.checks = new SequenceCheck[count];
            Arrays.setAll(checks, lane -> new SequenceCheck(0));
        }

        @Override
        public void marked(int markRun, int lane, long sequence, long publishedNanos, long receivedNanos) {
            int index = lane - first;
            if (markRun == run && index >= 0 && index < checks.length && checks[index].accept(sequence)) {
                tally().measured(publishedNanos, receivedNanos);
                took(receivedNanos, false);
            }
        }

        @Override
        Losses losses() {
            Losses losses = Losses.NONE;
            for (int i = 0; i < checks.length; i++) {
                SequenceCheck check = checks[i];
                losses = losses.plus(
                        new Losses(check.lost(sent.next(first + i)), check.duplicated(), check.reordered()));
            }
            return losses;
        }
    }

    /** One lane of one run, from {@code first} up to {@code end}, after which it is complete. */
    static final class OfOneLane extends Receipts {
        private final int run;
        private final long end;
        private final SequenceCheck check;

        OfOneLane(Tally tally, int run, long first, long end) {
            super(tally);
            this.run = run;
            this.end = end;
            this.check = new SequenceCheck(first);
        }

        @Override
        public void marked(int markRun, int lane, long sequence, long publishedNanos, long receivedNanos) {
            if (markRun == run && check.accept(sequence)) {
                took(receivedNanos, check.next() >= end && check.complete(end));
            }
        }

        @Override
        Losses losses() {
            return new Losses(check.lost(end), check.duplicated(), check.reordered());
        }
    }

    /** A whole channel's past: every lane without a hole, and so many events together. */
    static final class OfAllLanes extends Receipts {
        private final long expected;
        private final Map<Long, SequenceCheck> checks = new HashMap<>();
        private long taken;

        OfAllLanes(Tally tally, long expected) {
            super(tally);
            this.expected = expected;
        }

        @Override
        public void marked(int run, int lane, long sequence, long publishedNanos, long receivedNanos) {
            long key = (long) run << 16 | lane;
            if (checks.computeIfAbsent(key, any -> new SequenceCheck(0)).accept(sequence)) {
                taken++;
                took(receivedNanos, taken == expected);
            }
        }

        @Override
        Losses losses() {
            Losses losses = Losses.NONE;
            for (SequenceCheck check : checks.values()) {
                losses = losses.plus(new Losses(check.lost(check.next()), check.duplicated(), check.reordered()));
            }
            long missing = Math.max(losses.lost(), expected - taken);
            return new Losses(missing, losses.duplicated() + Math.max(0, taken - expected), losses.reordered());
        }
    }
}
