package io.millrace.platform.channel;

import io.millrace.platform.family.Family.Retention;
import java.time.Duration;
import java.time.Instant;

/**
 * How far retention has come in this incarnation of a channel: idle, then a Trimmed record is written, its snapshot stands,
 * rows are deleted in steps, idle again. The age is looked at a hundred times in a lifetime, since that costs a query.
 */
final class Trimming {
    private static final Duration AGE_CHECK_AT_MOST_EVERY = Duration.ofSeconds(1);

    private final Retention retention;
    private Instant nextAgeCheck = Instant.MIN;
    private boolean deleting;
    private boolean deleted;
    private long snapshotSequenceNr;

    Trimming(Retention retention) {
        this.retention = retention;
    }

    /** The offset up to which there are too many events, counted generously: a tenth over the bound is let stand. */
    long overCount(ChannelState state) {
        long over = state.head() - retention.maxEvents();
        long slack = retention.maxEvents() / 10;
        return over - state.trimmedTo() > slack ? over : 0;
    }

    boolean ageIsDue(Instant now) {
        if (now.isBefore(nextAgeCheck)) {
            return false;
        }
        Duration pause = retention.maxAge().dividedBy(100);
        nextAgeCheck = now.plus(pause.compareTo(AGE_CHECK_AT_MOST_EVERY) < 0 ? AGE_CHECK_AT_MOST_EVERY : pause);
        return true;
    }

    Instant oldestKept(Instant now) {
        return now.minus(retention.maxAge());
    }

    void becomeDue() {
        nextAgeCheck = Instant.MIN;
    }

    boolean isDeleting() {
        return deleting;
    }

    /** Whether rows have been deleted in this incarnation; where not, an earlier one may have left some behind. */
    boolean hasDeleted() {
        return deleted;
    }

    void started() {
        deleting = true;
    }

    void snapshotStandsAt(long sequenceNr) {
        snapshotSequenceNr = sequenceNr;
    }

    long snapshotSequenceNr() {
        return snapshotSequenceNr;
    }

    void ended() {
        deleting = false;
        deleted = true;
    }

    void failed() {
        deleting = false;
        deleted = false;
    }
}
