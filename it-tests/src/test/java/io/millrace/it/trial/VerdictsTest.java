package io.millrace.it.trial;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.trial.Account.ChannelLog;
import io.millrace.it.trial.Account.Ending;
import io.millrace.it.trial.Account.Entry;
import io.millrace.it.trial.Account.Manner;
import io.millrace.it.trial.Account.Odd;
import io.millrace.it.trial.Account.Outcome;
import io.millrace.it.trial.Account.Probe;
import io.millrace.it.trial.Account.Roll;
import io.millrace.it.trial.Account.Saw;
import io.millrace.it.trial.Account.Stay;
import io.millrace.it.trial.Account.Step;
import io.millrace.it.trial.Account.Stood;
import io.millrace.it.trial.Account.Trail;
import io.millrace.it.trial.Account.Trouble;
import io.millrace.it.trial.Account.Try;
import io.millrace.it.trial.Account.Visit;
import io.millrace.it.trial.Account.WasReset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A checker that can't fail proves nothing: a whole account is sound, and with each planted fault it is broken there. */
class VerdictsTest {
    private final List<Try> tries = new ArrayList<>();
    private final List<Entry> log = new ArrayList<>();
    private final List<Entry> brief = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final List<Step> briefSteps = new ArrayList<>();
    private final List<Stay> stays = new ArrayList<>();
    private final List<Trouble> troubles = new ArrayList<>();
    private final List<Probe> probes = new ArrayList<>();
    private final List<Visit> visits = new ArrayList<>();
    private final List<Roll> rolls = new ArrayList<>();

    VerdictsTest() {
        for (int n = 1; n <= 9; n++) {
            tries.add(ok("p." + n, "k" + n, n, n * 1_000));
            log.add(new Entry(n, "p." + n, n));
            brief.add(new Entry(n, "b." + n, n));
            tries.add(new Try("b", "brief", "b." + n, "", false, Outcome.OK, n, false, "", false, 0, n, n));
        }
        steps.add(new Stood(0, 3));
        saw(steps, 4, 6);
        steps.add(new Stood(5, 6));
        saw(steps, 7, 9);
        briefSteps.add(new Stood(0, 0));
        saw(briefSteps, 1, 2);
        briefSteps.add(new WasReset(3, 2, 6, 9, "retention"));
        briefSteps.add(new Stood(3, 5));
        saw(briefSteps, 6, 9);
        probes.add(new Probe(1, 0, "history of another", 403));
        visits.add(new Visit("ann", 0, 100_000, 100_100, 120_000, 120_000));
        visits.add(new Visit("bob", 1, 100_000, 100_100, 108_000, 108_000));
        visits.add(new Visit("bob", 2, 104_000, 104_100, 112_000, 112_000));
        rolls.add(new Roll(0, 111_000, 111_010, Set.of("ann", "bob")));
        rolls.add(new Roll(1, 116_000, 116_010, Set.of("ann", "bob")));
        rolls.add(new Roll(2, 118_000, 118_010, Set.of("ann")));
    }

    private static Try ok(String value, String key, long offset, int to) {
        return new Try("p", "c", value, key, false, Outcome.OK, offset, false, "", false, 0, to - 5, to);
    }

    private static Try not(String value, Outcome outcome) {
        return new Try("p", "c", value, "k" + value.substring(2), false, outcome, 0, false, "x", false, 0, 1, 2);
    }

    private static void saw(List<Step> steps, int from, int to) {
        for (int n = from; n <= to; n++) {
            steps.add(new Saw(n, n, n));
        }
    }

    private Set<Invariant> broken() {
        Map<String, ChannelLog> logs = new HashMap<>();
        logs.put("c", new ChannelLog("c", false, List.of(log, List.copyOf(log))));
        logs.put("brief", new ChannelLog("brief", true, List.of(brief)));
        List<Trail> trails = List.of(new Trail("s", "c", true, steps), new Trail("s", "brief", true, briefSteps));
        return Verdicts.of(new Account(tries, logs, trails, stays, troubles, probes, visits, rolls)).stream()
                .filter(verdict -> verdict.standing() == Verdict.Standing.BROKEN)
                .map(Verdict::invariant)
                .collect(Collectors.toSet());
    }

    private void kill() {
        troubles.add(new Trouble(new Fault(FaultKind.KILL, 1, 0, 1), 2_500, 4_000, 6_000, true, Map.of()));
    }

    private static Stay stay(Manner manner, int node, int asked, int begun, int ended, Ending how) {
        return new Stay("s", manner, node, asked, 1, begun, ended, how, -1);
    }

    @Test
    void aWholeAccountIsSound() {
        kill();
        assertThat(broken()).isEmpty();
    }

    @Test
    void lostFromTheLog() {
        log.remove(8);
        steps.remove(steps.size() - 1);
        assertThat(broken()).containsExactly(Invariant.I1);
    }

    @Test
    void lostAtTheEndOfAReadersWay() {
        steps.remove(steps.size() - 1);
        assertThat(broken()).contains(Invariant.I6);
    }

    @Test
    void lostInTheMiddleWithoutAWord() {
        steps.remove(2);
        assertThat(broken()).contains(Invariant.I7, Invariant.I23);
    }

    @Test
    void aGapAtTheSeam() {
        steps.set(4, new Stood(5, 7));
        steps.remove(5);
        assertThat(broken()).contains(Invariant.I7, Invariant.I23);
    }

    @Test
    void duplicatedInTheLog() {
        log.add(new Entry(10, "p.9", 10));
        steps.add(new Saw(10, 10, 10));
        assertThat(broken()).containsExactly(Invariant.I1);
    }

    @Test
    void duplicatedToAReader() {
        steps.add(3, steps.get(2));
        assertThat(broken()).containsExactly(Invariant.I6);
    }

    @Test
    void duplicatedAtTheSeam() {
        steps.add(5, new Saw(5, 6, 6));
        assertThat(broken()).containsExactly(Invariant.I6);
    }

    @Test
    void reorderedToAReader() {
        steps.add(1, steps.remove(2));
        assertThat(broken()).contains(Invariant.I3, Invariant.I7);
    }

    @Test
    void reorderedByAPublisher() {
        tries.add(ok("p.11", "k11", 11, 20));
        tries.add(ok("p.10", "k10", 10, 21));
        log.add(new Entry(10, "p.10", 10));
        log.add(new Entry(11, "p.11", 11));
        saw(steps, 10, 11);
        assertThat(broken()).containsExactly(Invariant.I4);
    }

    @Test
    void aPhantomThatWasRefused() {
        tries.set(16, not("p.9", Outcome.FAILED));
        assertThat(broken()).containsExactly(Invariant.I1);
    }

    @Test
    void anUnknownOneMayStandOrNot() {
        tries.set(16, not("p.9", Outcome.UNKNOWN));
        tries.add(not("p.10", Outcome.UNKNOWN));
        assertThat(broken()).isEmpty();
    }

    @Test
    void aPhantomThatNobodyPublished() {
        log.add(new Entry(10, "q.1", 10));
        steps.add(new Saw(10, 10, 10));
        assertThat(broken()).containsExactly(Invariant.I1);
    }

    @Test
    void aPhantomThatOnlyAReaderSaw() {
        steps.add(new Saw(10, 10, 10));
        assertThat(broken()).contains(Invariant.I1);
    }

    @Test
    void aHoleInTheLog() {
        log.remove(1);
        tries.remove(2);
        assertThat(broken()).containsExactly(Invariant.I2);
    }

    @Test
    void contentThatChangedInTheLog() {
        List<Entry> second = new ArrayList<>(log);
        second.set(4, new Entry(5, "p.5", 55));
        ChannelLog changed = new ChannelLog("c", false, List.of(log, second));
        Account account = new Account(
                tries.subList(0, 0), Map.of("c", changed), List.of(), stays, troubles, probes, visits, rolls);
        assertThat(Verdicts.of(account).stream()
                        .filter(verdict -> verdict.standing() == Verdict.Standing.BROKEN)
                        .map(Verdict::invariant))
                .contains(Invariant.I2, Invariant.I15);
    }

    @Test
    void contentThatChangedForAReader() {
        steps.set(1, new Saw(4, 4, 44));
        assertThat(broken()).containsExactly(Invariant.I3);
    }

    @Test
    void aReceiptForAnotherPlace() {
        tries.set(16, ok("p.9", "k9", 8, 9_000));
        assertThat(broken()).contains(Invariant.I1);
    }

    @Test
    void oneKeyInTwoPlaces() {
        tries.add(new Try("p", "c", "p.1", "k1", false, Outcome.OK, 2, true, "", false, 0, 1, 2));
        assertThat(broken()).containsExactly(Invariant.I5);
    }

    @Test
    void oneKeyThatIsNewTwice() {
        tries.add(ok("p.1", "k1", 1, 20));
        assertThat(broken()).containsExactly(Invariant.I5);
    }

    @Test
    void aForgedBodyUnderAnOldKey() {
        tries.add(new Try("p", "c", "f.1", "k1", true, Outcome.OK, 1, true, "", false, 0, 1, 2));
        assertThat(broken()).contains(Invariant.I5);
    }

    @Test
    void aCursorThatMovesBack() {
        steps.set(4, new Stood(5, 5));
        steps.add(5, new Saw(5, 6, 6));
        assertThat(broken()).contains(Invariant.I9);
    }

    @Test
    void aHeartbeatWithAnId() {
        steps.add(new Odd(9, "a heartbeat with an id"));
        assertThat(broken()).containsExactly(Invariant.I9);
    }

    @Test
    void anEventBeforeAnyWordOfWhereItStands() {
        steps.remove(0);
        assertThat(broken()).contains(Invariant.I9);
    }

    @Test
    void aSilentGapWhereRetentionDeleted() {
        briefSteps.remove(3);
        assertThat(broken()).contains(Invariant.I7);
    }

    @Test
    void aPartialReplayThatLooksWhole() {
        briefSteps.set(5, new Saw(6, 7, 7));
        assertThat(broken()).contains(Invariant.I7);
    }

    @Test
    void aResetThatWasNotNeeded() {
        briefSteps.set(3, new WasReset(3, 2, 3, 9, "retention"));
        briefSteps.set(4, new Stood(3, 2));
        assertThat(broken()).contains(Invariant.I7);
    }

    @Test
    void aResetForNoReason() {
        steps.add(4, new WasReset(3, 6, 8, 9, "epoch"));
        steps.set(5, new Stood(3, 7));
        steps.remove(6);
        assertThat(broken()).contains(Invariant.I7);
    }

    @Test
    void aResetToldTwiceBecauseItsEndWasCutOffIsSound() {
        briefSteps.add(3, new WasReset(3, 2, 5, 9, "retention"));
        assertThat(broken()).isEmpty();
    }

    @Test
    void aReaderThatWasNeverLetIn() {
        steps.clear();
        assertThat(broken()).containsExactly(Invariant.I6);
    }

    @Test
    void aProbeThatWasGranted() {
        probes.add(new Probe(5, 1, "history of another", 200));
        assertThat(broken()).containsExactlyInAnyOrder(Invariant.I10, Invariant.I11);
    }

    @Test
    void overloadThatDoesNotSayWhen() {
        tries.add(new Try("q", "c", "q.1", "", false, Outcome.FAILED, 0, false, "channel-busy", false, 0, 1, 2));
        assertThat(broken()).containsExactly(Invariant.I14);
    }

    @Test
    void aSlowReaderCutOffInPeace() {
        stays.add(stay(Manner.SLOW, 0, 0, 5, 800, Ending.CLOSED));
        assertThat(broken()).containsExactly(Invariant.I12);
    }

    @Test
    void aChannelThatStaysShutAfterAKill() {
        tries.add(ok("p.10", "k10", 10, 40_000));
        log.add(new Entry(10, "p.10", 10));
        steps.add(new Saw(10, 10, 10));
        kill();
        troubles.set(0, new Trouble(troubles.get(0).fault(), 9_100, 9_200, 50_000, true, Map.of()));
        assertThat(broken()).containsExactly(Invariant.I16);
    }

    @Test
    void aNodeThatServesAlone() {
        Fault lonely = new Fault(FaultKind.LONELY_SEED, 1, 0, 1);
        troubles.add(new Trouble(lonely, 2_500, 4_000, 6_000, true, Map.of("ready-alone-ms", 9_000L)));
        assertThat(broken()).containsExactly(Invariant.I15);
    }

    @Test
    void aNodeThatIsNeverReadyAgain() {
        troubles.add(new Trouble(new Fault(FaultKind.SPLIT, 1, 0, 1), 2_500, 4_000, -1, true, Map.of()));
        assertThat(broken()).containsExactly(Invariant.I16);
    }

    @Test
    void aBreakOnANodeThatWasNotKilled() {
        kill();
        stays.add(stay(Manner.STEADY, 1, 0, 5, 3_000, Ending.BROKE));
        assertThat(broken()).containsExactly(Invariant.I16);
    }

    @Test
    void aClientOfAKilledNodeThatIsNotBackInTime() {
        kill();
        stays.add(stay(Manner.STEADY, 0, 0, 5, 2_600, Ending.BROKE));
        stays.add(stay(Manner.STEADY, 1, 2_700, 14_000, 90_000, Ending.OVER));
        stays.add(stay(Manner.STEADY, 1, 90_000, 90_000, 90_001, Ending.LEFT));
        assertThat(broken()).containsExactly(Invariant.I16);
    }

    @Test
    void aDrainThatDoesNotEnd() {
        Fault drain = new Fault(FaultKind.DRAIN, 1, 0, 1);
        troubles.add(new Trouble(drain, 2_500, 4_000, 6_000, true, Map.of("exit-ms", 40_000L)));
        assertThat(broken()).containsExactly(Invariant.I17);
    }

    private void oneMoreIsAcknowledged(int at) {
        tries.add(ok("p.10", "k10", 10, at));
        log.add(new Entry(10, "p.10", 10));
        steps.add(new Saw(10, 10, 10));
    }

    @Test
    void aDrainThatHandsNothingOver() {
        oneMoreIsAcknowledged(24_000);
        Fault drain = new Fault(FaultKind.DRAIN, 1, 0, 1);
        troubles.add(new Trouble(drain, 8_500, 9_000, 30_000, true, Map.of("exit-ms", 4_000L)));
        assertThat(broken()).containsExactly(Invariant.I17);
    }

    @Test
    void whatTheNextFaultCostsIsNotTheDrains() {
        oneMoreIsAcknowledged(24_000);
        Fault drain = new Fault(FaultKind.DRAIN, 1, 0, 1);
        troubles.add(new Trouble(drain, 8_500, 9_000, 9_500, true, Map.of("exit-ms", 4_000L)));
        assertThat(broken()).containsExactly(Invariant.I17);
        troubles.add(new Trouble(new Fault(FaultKind.SPLIT, 9, 0, 1), 10_000, 12_000, 25_000, true, Map.of()));
        assertThat(broken()).isEmpty();
    }

    @Test
    void aDrainThatTellsClientsBeforeBalancers() {
        Fault drain = new Fault(FaultKind.DRAIN, 1, 0, 1);
        troubles.add(new Trouble(
                drain,
                2_500,
                4_000,
                6_000,
                true,
                Map.of("exit-ms", 4_000L, "first-told-ms", 100L, "unready-ms", 3_000L)));
        assertThat(broken()).containsExactly(Invariant.I17);
    }

    @Test
    void aDrainAfterWhichAKeyedEventIsGivenUp() {
        Fault drain = new Fault(FaultKind.DRAIN, 1, 0, 1);
        troubles.add(new Trouble(drain, 2_500, 4_000, 6_000, true, Map.of("exit-ms", 4_000L)));
        tries.add(not("p.10", Outcome.FAILED));
        assertThat(broken()).containsExactly(Invariant.I17);
    }

    @Test
    void aStormThatLeavesSomebodyOut() {
        Fault storm = new Fault(FaultKind.CLIENTS_CUT, 1, 0, 1);
        troubles.add(new Trouble(storm, 2_500, 2_500, 6_000, true, Map.of()));
        stays.add(stay(Manner.STEADY, 0, 0, 5, 2_600, Ending.BROKE));
        stays.add(stay(Manner.STEADY, 1, 2_700, 19_000, 90_000, Ending.LEFT));
        assertThat(broken()).containsExactly(Invariant.I19);
    }

    @Test
    void aConnectionThatEndsBecauseTheDatabaseDoes() {
        Fault away = new Fault(FaultKind.DATABASE_FAST, 1, 0, 1);
        troubles.add(new Trouble(away, 2_500, 4_000, 6_000, true, Map.of()));
        stays.add(stay(Manner.STEADY, 1, 0, 5, 3_000, Ending.CLOSED));
        assertThat(broken()).containsExactly(Invariant.I22);
    }

    @Test
    void aSlowReaderHearsLongAfterThatItsNodeWasKilled() {
        Fault away = new Fault(FaultKind.DATABASE_FAST, 1, 0, 1);
        troubles.add(new Trouble(away, 12_500, 14_000, 16_000, true, Map.of()));
        stays.add(stay(Manner.SLOW, 0, 0, 5, 13_000, Ending.BROKE));
        assertThat(broken()).containsExactlyInAnyOrder(Invariant.I12, Invariant.I22);
        kill();
        assertThat(broken()).isEmpty();
    }

    @Test
    void somebodyWhoIsThereAndIsNotTold() {
        rolls.add(new Roll(1, 106_000, 106_010, Set.of("bob")));
        assertThat(broken()).containsExactly(Invariant.I18);
    }

    @Test
    void somebodyWhoseFirstConnectionEndsAndIsNotToldAnyMore() {
        rolls.add(new Roll(1, 111_000, 111_010, Set.of("ann")));
        assertThat(broken()).containsExactly(Invariant.I18);
    }

    @Test
    void aGhost() {
        rolls.add(new Roll(1, 119_000, 119_010, Set.of("ann", "bob")));
        assertThat(broken()).containsExactly(Invariant.I18);
    }

    @Test
    void aFaultExcusesForATimeAndNotForEver() {
        troubles.add(new Trouble(new Fault(FaultKind.SPLIT, 1, 0, 1), 108_000, 113_000, 130_000, true, Map.of()));
        rolls.add(new Roll(1, 119_000, 119_010, Set.of("bob")));
        rolls.add(new Roll(1, 141_000, 141_010, Set.of("bob")));
        assertThat(broken()).isEmpty();
        rolls.add(new Roll(1, 143_000, 143_010, Set.of("bob")));
        assertThat(broken()).containsExactly(Invariant.I18);
    }
}
