package io.millrace.it.trial;

import io.millrace.it.trial.Account.Roll;
import io.millrace.it.trial.Account.Trouble;
import io.millrace.it.trial.Account.Visit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** I18: what nodes said of who is there, against who was. */
final class PresenceChecks {
    /** Two seconds are promised, and measured by PeopleTest; the rest is for a machine that carries a trial as well. */
    static final int TELLS_WITHIN = 5_000;

    /** Of somebody whose node has died, or can't be reached. */
    static final int FORGETS_WITHIN = 30_000;

    /** After a fault was taken back and every node is ready. */
    static final int AGREES_WITHIN = 15_000;

    private final Verdict.Findings findings;
    private final Account account;
    private final Map<String, List<Visit>> visits = new TreeMap<>();

    PresenceChecks(Verdict.Findings findings, Account account) {
        this.findings = findings;
        this.account = account;
        account.visits().forEach(visit -> visits.computeIfAbsent(visit.user(), none -> new ArrayList<>())
                .add(visit));
    }

    void check() {
        int calm = 0;
        for (Roll roll : account.rolls()) {
            boolean inPeace = account.troubles().stream().noneMatch(trouble -> excuses(trouble, roll));
            calm += inPeace ? 1 : 0;
            visits.forEach((user, theirs) -> check(roll, inPeace, user, theirs));
        }
        if (!account.rolls().isEmpty()) {
            findings.saw(
                    Invariant.I18,
                    account.rolls().size() + " answers on who is there, " + calm + " of them in peace, against "
                            + account.visits().size() + " visits of " + visits.size() + " users");
        }
    }

    /** Presence doesn't need the database, so its troubles are no excuse. */
    private static boolean excuses(Trouble trouble, Roll roll) {
        return !trouble.fault().kind().isOfTheDatabaseAlone()
                && trouble.begun() <= roll.to()
                && trouble.over() + AGREES_WITHIN >= roll.from();
    }

    private void check(Roll roll, boolean inPeace, String user, List<Visit> theirs) {
        int forgets = inPeace ? TELLS_WITHIN : FORGETS_WITHIN;
        if (roll.users().contains(user)) {
            if (theirs.stream().noneMatch(visit -> visit.mayBeSeen(roll, forgets))) {
                findings.fault(Invariant.I18, "a ghost: " + user + " in " + roll);
            }
        } else if (inPeace && theirs.stream().anyMatch(visit -> visit.mustBeSeen(roll, TELLS_WITHIN))) {
            findings.fault(Invariant.I18, "missing, though there: " + user + " in " + roll);
        }
    }
}
