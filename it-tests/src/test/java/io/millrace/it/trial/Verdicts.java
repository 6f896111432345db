package io.millrace.it.trial;

import io.millrace.it.trial.Account.Entry;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/** The verdict on an account. Pure: the same account, the same verdict. */
final class Verdicts {
    private Verdicts() {}

    static List<Verdict> of(Account account) {
        Verdict.Findings findings = new Verdict.Findings();
        Map<String, NavigableMap<Long, Entry>> logs = new LogChecks(findings).check(account);
        new TrailChecks(findings, account, logs).check();
        new LiveChecks(findings, account, new Figures(account)).check();
        new PresenceChecks(findings, account).check();
        return findings.verdicts();
    }

    static String text(List<Verdict> verdicts) {
        StringBuilder text = new StringBuilder();
        verdicts.forEach(verdict -> text.append(verdict.line()).append('\n'));
        return text.toString();
    }

    static boolean hold(List<Verdict> verdicts) {
        return verdicts.stream().noneMatch(verdict -> verdict.standing() == Verdict.Standing.BROKEN);
    }
}
