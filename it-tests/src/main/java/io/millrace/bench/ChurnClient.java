package io.millrace.bench;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** One client of the churn: reads until it has had enough, then goes, by a reset or by shutting down its half. */
final class ChurnClient {
    private final Subscriber subscriber;
    private final Heard heard;
    private final boolean abruptly;
    private final int enough = 2 + ThreadLocalRandom.current().nextInt(6);
    private final long bornNanos = System.nanoTime();
    private boolean going;

    private ChurnClient(Subscriber subscriber, Heard heard, boolean abruptly) {
        this.subscriber = subscriber;
        this.heard = heard;
        this.abruptly = abruptly;
    }

    static ChurnClient connect(
            Selector selector, Target target, Opening opening, int run, boolean abruptly, Tally tally)
            throws IOException {
        Heard heard = new Heard(tally, run);
        return new ChurnClient(Subscriber.connect(selector, target, opening, heard), heard, abruptly);
    }

    void vanishIfDone(long now, boolean anyway) throws IOException {
        if (!going && (heard.count >= enough || anyway) && subscriber.ending() == null) {
            going = true;
            subscriber.vanish(abruptly || anyway);
        }
    }

    /** It has closed by itself, or the server has. */
    boolean isGone() {
        return subscriber.ending() != null;
    }

    boolean isOverdue(long now, long limitNanos) {
        return now - bornNanos > limitNanos;
    }

    void abort() throws IOException {
        going = true;
        subscriber.vanish(true);
    }

    /** Where the server ended what the client had not. */
    Optional<String> complaint() {
        return going ? Optional.empty() : Optional.of("the server ended a client's stream: " + subscriber.plight());
    }

    Losses losses() {
        return heard.losses();
    }

    /** From wherever it began, without a hole. */
    private static final class Heard extends Receipts {
        private final int run;
        private @Nullable SequenceCheck check;
        private int count;

        Heard(Tally tally, int run) {
            super(tally);
            this.run = run;
        }

        @Override
        public void marked(int markRun, int lane, long sequence, long publishedNanos, long receivedNanos) {
            if (markRun != run) {
                return;
            }
            SequenceCheck checking = check == null ? new SequenceCheck(sequence) : check;
            check = checking;
            checking.accept(sequence);
            count++;
            took(receivedNanos, false);
        }

        @Override
        Losses losses() {
            SequenceCheck checked = check;
            return checked == null
                    ? Losses.NONE
                    : new Losses(checked.lost(checked.next()), checked.duplicated(), checked.reordered());
        }
    }
}
