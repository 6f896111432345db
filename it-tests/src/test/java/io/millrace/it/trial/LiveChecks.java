package io.millrace.it.trial;

import io.millrace.it.trial.Account.Ending;
import io.millrace.it.trial.Account.Manner;
import io.millrace.it.trial.Account.Probe;
import io.millrace.it.trial.Account.Stay;
import io.millrace.it.trial.Account.Trouble;
import io.millrace.it.trial.Account.Try;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What is promised in time: I10, I11, I12, I14, I16, I17, I19, I22. */
final class LiveChecks {
    private static final int PUBLISH_AGAIN = 25_000;
    private static final int RESUME = 10_000;

    /** A node that leaves in good order hands its channels over; this long without them means that it didn't. */
    private static final int HAND_OVER = 10_000;

    private static final int EXIT_IN_TIME = 30_000;

    /** Codes that say "too much": they must say when to come back. */
    private static final Set<String> OVERLOAD =
            Set.of("rate-limited", "channel-busy", "node-full", "too-many-connections");

    private final Verdict.Findings findings;
    private final Account account;
    private final Figures figures;

    LiveChecks(Verdict.Findings findings, Account account, Figures figures) {
        this.findings = findings;
        this.account = account;
        this.figures = figures;
    }

    void check() {
        probes();
        overload();
        slowReaders();
        int[] seen = new int[6];
        for (Trouble trouble : account.troubles()) {
            FaultKind kind = trouble.fault().kind();
            if (trouble.settled() < 0) {
                findings.fault(
                        kind.isOfTheDatabaseAlone() ? Invariant.I22 : Invariant.I16,
                        "not every node was ready again 90 s after " + trouble.fault());
            }
            if (trouble.figure("ready-alone-ms") >= 0) {
                findings.fault(
                        Invariant.I15,
                        "a node was ready while cut off from the others, a second cluster on the same database: "
                                + trouble);
            }
            if ((kind == FaultKind.KILL || kind == FaultKind.KILL_OLDEST) && trouble.clean()) {
                seen[0]++;
                kill(trouble);
            } else if (kind == FaultKind.DRAIN || kind == FaultKind.ROLLING) {
                seen[1]++;
                drain(trouble);
            } else if (kind == FaultKind.CLIENTS_CUT && trouble.clean()) {
                seen[2]++;
                storm(trouble);
            } else if (kind.isOfTheDatabaseAlone() && trouble.clean()) {
                seen[3]++;
                database(trouble);
            } else if (kind == FaultKind.CLOCK_JUMP) {
                seen[4]++;
            } else if (kind == FaultKind.OTHER_VERSION) {
                seen[5]++;
            }
        }
        drained(seen[1]);
        evidence(Invariant.I16, seen[0], "kills");
        evidence(Invariant.I17, seen[1], "drains");
        evidence(Invariant.I19, seen[2], "storms");
        evidence(Invariant.I20, seen[4], "clocks that jumped, with order, copies and keys as I2, I3 and I5 say");
        evidence(Invariant.I21, seen[5], "times two versions side by side, with losses and copies as I1 to I6 say");
        evidence(Invariant.I22, seen[3], "troubles of the database alone");
    }

    private void evidence(Invariant invariant, int count, String what) {
        if (count > 0) {
            findings.saw(invariant, count + " " + what);
        }
    }

    private void probes() {
        Map<String, Integer> counts = new TreeMap<>();
        for (Probe probe : account.probes()) {
            counts.merge(probe.what(), 1, Integer::sum);
            if (probe.status() >= 200 && probe.status() < 300) {
                findings.fault(
                        Invariant.I10, probe.what() + " was granted by node " + probe.node() + " at " + probe.at());
                findings.fault(
                        Invariant.I11, probe.what() + " was granted by node " + probe.node() + " at " + probe.at());
            }
        }
        if (!counts.isEmpty()) {
            findings.saw(Invariant.I10, counts + " refused");
            findings.saw(Invariant.I11, counts + " refused");
        }
    }

    private void overload() {
        int said = 0;
        for (Try one : account.speakers()) {
            if (OVERLOAD.contains(one.code())) {
                said++;
                if (!one.saysWhen()) {
                    findings.fault(Invariant.I14, one.code() + " without Retry-After: " + one);
                }
            }
        }
        findings.saw(Invariant.I14, said + " refusals of overload, each with Retry-After");
    }

    /** I12: outside of faults nobody ends a slow reader's connection. */
    private void slowReaders() {
        int stays = 0;
        for (Stay stay : account.stays()) {
            if (stay.manner() != Manner.SLOW || stay.begun() < 0) {
                continue;
            }
            stays++;
            boolean ended = stay.how() == Ending.CLOSED || stay.how() == Ending.BROKE;
            if (ended && stay.told() < 0 && !hadAnother(stay, null)) {
                findings.fault(Invariant.I12, "a slow reader was cut off in peace: " + stay);
            }
        }
        if (stays > 0) {
            findings.saw(Invariant.I12, stays + " connections of slow readers");
        }
    }

    /** A slow reader hears of an end when it has read what lay before it, long after. @param than null for none */
    private boolean hadAnother(Stay stay, Trouble than) {
        return account.troubles().stream()
                .filter(trouble -> trouble != than && !trouble.fault().kind().isOfTheDatabaseAlone())
                .anyMatch(trouble -> trouble.begun() <= stay.ended() && trouble.over() >= stay.begun());
    }

    /** Whether a slow reader may only have heard now of another trouble, of before. */
    private boolean isLate(Stay stay, Trouble than) {
        return stay.manner() == Manner.SLOW && hadAnother(stay, than);
    }

    /** I16. */
    private void kill(Trouble trouble) {
        int from = trouble.begun();
        figures.silences(trouble).forEach((channel, silence) -> {
            if (silence > PUBLISH_AGAIN) {
                findings.fault(
                        Invariant.I16, channel + " took no event for " + silence + " ms after " + trouble.fault());
            }
        });
        for (Stay stay : account.stays()) {
            boolean there = stay.node() == trouble.fault().node();
            if (!there
                    && stay.coveredBy(from, from + PUBLISH_AGAIN)
                    && isBreak(stay)
                    && stay.ended() < trouble.over()
                    && !isLate(stay, trouble)) {
                findings.fault(Invariant.I16, "a reader on another node saw a break: " + stay);
            }
        }
        late(Invariant.I16, trouble, trouble.fault().node());
    }

    /** Whoever lost a connection by this fault is let in again in time, counted from its first try. */
    private void late(Invariant invariant, Trouble trouble, int node) {
        for (Stay[] pair : figures.returns(trouble.begun(), trouble.begun() + 2_000, node)) {
            int took = pair[1].begun() < 0 ? Integer.MAX_VALUE : pair[1].begun() - pair[1].asked();
            boolean outOfTime = pair[1].begun() < 0 && pair[1].how() == Ending.OVER;
            if (took > RESUME && !outOfTime) {
                findings.fault(invariant, "not back in time after " + trouble.fault() + ": " + pair[1]);
            }
        }
    }

    static boolean isBreak(Stay stay) {
        return stay.how() == Ending.BROKE || stay.how() == Ending.CLOSED || stay.how() == Ending.SILENT;
    }

    /** I17. */
    private void drain(Trouble trouble) {
        long exit = trouble.figure("exit-ms");
        if (exit < 0 || exit > EXIT_IN_TIME) {
            findings.fault(Invariant.I17, "a node took " + exit + " ms to end after SIGTERM in " + trouble.fault());
        }
        figures.silences(trouble).forEach((channel, silence) -> {
            if (silence > HAND_OVER && trouble.clean()) {
                findings.fault(Invariant.I17, channel + " took no event for " + silence + " ms in " + trouble.fault());
            }
        });
        long unready = trouble.figure("unready-ms");
        long told = trouble.figure("first-told-ms");
        if (told >= 0 && (unready < 0 || unready > told + 300)) {
            findings.fault(
                    Invariant.I17, "clients were told after " + told + " ms, not ready after " + unready + " ms");
        }
    }

    private void drained(int drains) {
        Set<String> open = new HashSet<>();
        Set<String> done = new HashSet<>();
        for (Try one : account.speakers()) {
            if (!one.key().isEmpty() && !one.forged()) {
                if (one.outcome() == Account.Outcome.OK) {
                    done.add(one.key());
                }
                open.add(one.key());
            }
        }
        open.removeAll(done);
        List<String> never = open.stream().limit(10).toList();
        if (drains > 0 && !never.isEmpty()) {
            findings.fault(Invariant.I17, open.size() + " events retried by key were never acknowledged: " + never);
        }
    }

    /** I19. */
    private void storm(Trouble trouble) {
        for (int node = 0; node < Schedule.NODES; node++) {
            late(Invariant.I19, trouble, node);
        }
    }

    /** I22. */
    private void database(Trouble trouble) {
        for (Stay stay : account.stays()) {
            boolean during = stay.isStream()
                    && stay.begun() >= 0
                    && stay.begun() < trouble.begun()
                    && stay.ended() > trouble.begun();
            if (during && isBreak(stay) && stay.ended() < trouble.over() && !isLate(stay, trouble)) {
                findings.fault(Invariant.I22, "a connection ended because of " + trouble.fault() + ": " + stay);
            }
        }
    }
}
