package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.Checker.Fault;
import io.millrace.it.Checker.Kind;
import io.millrace.it.History.Attempt;
import io.millrace.it.History.Entry;
import io.millrace.it.History.Outcome;
import io.millrace.it.History.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A checker that can't fail proves nothing: each fault is planted once and must be named. */
class CheckerTest {
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Entry> log = new ArrayList<>();
    private final List<Entry> seen = new ArrayList<>();
    private final List<String> oddities = new ArrayList<>();

    CheckerTest() {
        LongStream.rangeClosed(1, 9).forEach(n -> {
            attempts.add(new Attempt("c", "p." + n, "k" + n, Outcome.OK, n, false));
            log.add(entry(n));
            if (n > 3) {
                seen.add(entry(n));
            }
        });
    }

    private static Entry entry(long n) {
        return new Entry(n, "p." + n, "payload " + n);
    }

    private List<Kind> kinds() {
        View view = new View("s", "c", 3, 9, seen, oddities);
        return Checker.check(new History(attempts, Map.of("c", log), List.of(view))).stream()
                .map(Fault::kind)
                .distinct()
                .toList();
    }

    private void published(long n, Outcome outcome) {
        attempts.set((int) n - 1, new Attempt("c", "p." + n, "k" + n, outcome, 0, false));
    }

    @Test
    void aWholeHistoryHasNoFault() {
        assertThat(kinds()).isEmpty();
    }

    @Test
    void anUnknownOutcomeMayStandOrNot() {
        published(4, Outcome.UNKNOWN);
        attempts.add(new Attempt("c", "p.10", "", Outcome.UNKNOWN, 0, false));
        assertThat(kinds()).isEmpty();
    }

    @Test
    void anAcknowledgedEventThatIsGoneIsLost() {
        log.remove(8);
        seen.remove(5);
        assertThat(kinds()).contains(Kind.LOST);
    }

    @Test
    void aValueThatStandsTwiceIsDuplicated() {
        log.add(new Entry(10, "p.9", "payload 9"));
        assertThat(kinds()).containsExactly(Kind.DUPLICATED);
    }

    @Test
    void aRefusedEventThatStandsIsAPhantom() {
        published(2, Outcome.FAILED);
        assertThat(kinds()).containsExactly(Kind.PHANTOM);
    }

    @Test
    void anEventNobodyPublishedIsAPhantom() {
        log.add(new Entry(10, "q.1", "payload"));
        assertThat(kinds()).containsExactly(Kind.PHANTOM);
    }

    @Test
    void aPublishersEventsInAnotherOrderAreReordered() {
        attempts.set(0, new Attempt("c", "p.2", "", Outcome.OK, 2, false));
        attempts.set(1, new Attempt("c", "p.1", "", Outcome.OK, 1, false));
        assertThat(kinds()).containsExactly(Kind.REORDERED);
    }

    @Test
    void aMissingOffsetInTheLogIsAHole() {
        log.remove(0);
        log.remove(1);
        assertThat(kinds()).contains(Kind.HOLE);
    }

    @Test
    void aReceiptThatNamesAnotherOffsetIsAChange() {
        attempts.set(8, new Attempt("c", "p.9", "", Outcome.OK, 10, false));
        assertThat(kinds()).containsExactly(Kind.CHANGED);
    }

    @Test
    void oneKeyAtTwoOffsetsIsASplit() {
        attempts.add(new Attempt("c", "p.9", "k1", Outcome.OK, 9, true));
        assertThat(kinds()).containsExactly(Kind.KEY_SPLIT);
    }

    @Test
    void oneKeyThatIsNewTwiceIsASplit() {
        attempts.add(new Attempt("c", "p.1", "k1", Outcome.OK, 1, false));
        assertThat(kinds()).containsExactly(Kind.KEY_SPLIT);
    }

    @Test
    void anEventASubscriberNeverGotIsLost() {
        seen.remove(2);
        assertThat(kinds()).containsExactly(Kind.LOST);
    }

    @Test
    void theLastEventsASubscriberNeverGotAreLost() {
        seen.remove(5);
        assertThat(kinds()).containsExactly(Kind.LOST);
    }

    @Test
    void anEventASubscriberGotTwiceIsDuplicated() {
        seen.add(2, seen.get(1));
        assertThat(kinds()).containsExactly(Kind.DUPLICATED);
    }

    @Test
    void anEventFromBeforeTheBeginningIsDuplicated() {
        seen.add(0, entry(3));
        assertThat(kinds()).containsExactly(Kind.DUPLICATED);
    }

    @Test
    void twoEventsTheOtherWayRoundAreReordered() {
        seen.add(1, seen.remove(2));
        assertThat(kinds()).containsExactly(Kind.REORDERED);
    }

    @Test
    void anEventTheLogDoesNotHaveIsAPhantom() {
        seen.add(entry(10));
        assertThat(kinds()).containsExactly(Kind.PHANTOM);
    }

    @Test
    void aCopyThatDiffersIsAChange() {
        seen.set(0, new Entry(4, "p.4", "payload 4 "));
        assertThat(kinds()).containsExactly(Kind.CHANGED);
    }

    @Test
    void aCursorThatMovedBackIsAFault() {
        oddities.add("moved back");
        assertThat(kinds()).containsExactly(Kind.CURSOR);
    }
}
