package io.millrace.it.trial;

import io.millrace.it.trial.Account.ChannelLog;
import io.millrace.it.trial.Account.Entry;
import io.millrace.it.trial.Account.Outcome;
import io.millrace.it.trial.Account.Try;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** I1, I2, I4, I5, I15: what publishers were told against what stands. */
final class LogChecks {
    private final Verdict.Findings findings;
    private final Map<String, NavigableMap<Long, Entry>> logs = new HashMap<>();

    LogChecks(Verdict.Findings findings) {
        this.findings = findings;
    }

    /** Each channel's log, put together of all that was ever read of it. */
    Map<String, NavigableMap<Long, Entry>> check(Account account) {
        long reads = 0;
        for (ChannelLog log : account.logs().values()) {
            logs.put(log.channel(), merged(log));
            reads += log.reads().stream().mapToLong(List::size).sum();
        }
        long events = logs.values().stream().mapToLong(Map::size).sum();
        findings.saw(Invariant.I2, events + " events in " + logs.size() + " channels, read " + reads + " times");
        findings.saw(Invariant.I15, "no offset with two contents among " + reads + " reads");
        receipts(account);
        order(account.speakers());
        keys(account.speakers());
        return logs;
    }

    /** I2, and I15: two writers would have left two contents or a hole. */
    private NavigableMap<Long, Entry> merged(ChannelLog log) {
        NavigableMap<Long, Entry> merged = new TreeMap<>();
        for (List<Entry> read : log.reads()) {
            for (Entry entry : read) {
                Entry before = merged.putIfAbsent(entry.offset(), entry);
                if (before != null && !before.equals(entry)) {
                    findings.fault(Invariant.I2, log.channel() + " " + before + " is now " + entry);
                    findings.fault(Invariant.I15, log.channel() + " offset " + entry.offset() + " was written twice");
                }
            }
        }
        long expected = log.retained() && !merged.isEmpty() ? merged.firstKey() : 1;
        for (long offset : merged.keySet()) {
            // what retention took before anybody read it is no hole
            if (offset != expected && !log.retained()) {
                findings.fault(Invariant.I2, log.channel() + ": " + offset + " stands where " + expected + " should");
            }
            expected = offset + 1;
        }
        return merged;
    }

    /** I1. */
    private void receipts(Account account) {
        Map<String, Try> best = new LinkedHashMap<>();
        for (Try one : account.speakers()) {
            best.merge(one.channel() + " " + one.value(), one, LogChecks::surer);
        }
        Map<String, Long> places = new HashMap<>();
        logs.forEach((channel, log) -> log.values().forEach(entry -> {
            Long before = places.put(channel + " " + entry.value(), entry.offset());
            if (before != null) {
                findings.fault(
                        Invariant.I1,
                        "duplicated: " + channel + " " + entry.value() + " at " + before + " and " + entry.offset());
            }
        }));
        long[] counts = new long[Outcome.values().length];
        best.forEach((where, one) -> {
            counts[one.outcome().ordinal()]++;
            judge(where, one, places.get(where), account.logs().get(one.channel()));
        });
        places.keySet().stream()
                .filter(where -> !best.containsKey(where))
                .forEach(where -> findings.fault(Invariant.I1, "phantom: " + where + ", nobody published it"));
        findings.saw(
                Invariant.I1,
                counts[Outcome.OK.ordinal()] + " ok, " + counts[Outcome.UNKNOWN.ordinal()] + " unknown, "
                        + counts[Outcome.FAILED.ordinal()] + " failed");
    }

    private void judge(String where, Try one, Long found, ChannelLog log) {
        boolean mayBeGone = log != null && log.retained();
        if (one.outcome() == Outcome.OK && found == null && !mayBeGone) {
            findings.fault(Invariant.I1, "lost: " + where + ", acknowledged at " + one.offset());
        } else if (one.outcome() == Outcome.OK && found != null && found != one.offset()) {
            findings.fault(Invariant.I1, "moved: " + where + ", acknowledged at " + one.offset() + ", is at " + found);
        } else if (one.outcome() == Outcome.FAILED && found != null) {
            findings.fault(Invariant.I1, "phantom: " + where + ", refused (" + one.code() + "), is at " + found);
        }
    }

    private static Try surer(Try one, Try other) {
        if (one.outcome() == Outcome.OK || other.outcome() == Outcome.OK) {
            return one.outcome() == Outcome.OK ? one : other;
        }
        return one.outcome() == Outcome.UNKNOWN ? one : other;
    }

    /** I4: what one speaker said is in the log in the order it was said. */
    private void order(List<Try> tries) {
        Map<String, Long> last = new HashMap<>();
        Set<String> counted = new HashSet<>();
        long looked = 0;
        for (Try one : tries) {
            if (one.outcome() != Outcome.OK || !counted.add(one.channel() + " " + one.value())) {
                continue;
            }
            String line = one.speaker() + " on " + one.channel();
            Long before = last.put(line, one.offset());
            looked++;
            if (before != null && before >= one.offset()) {
                findings.fault(
                        Invariant.I4,
                        line + ": " + one.value() + " at " + one.offset() + ", the one before at " + before);
            }
        }
        findings.saw(Invariant.I4, looked + " events of " + last.size() + " publishers' lines");
    }

    /** I5. */
    private void keys(List<Try> tries) {
        Map<String, Try> first = new HashMap<>();
        Set<String> firstHand = new HashSet<>();
        long again = 0;
        long forged = 0;
        for (Try one : tries) {
            if (one.forged()) {
                forged++;
                if (one.outcome() == Outcome.OK) {
                    findings.fault(Invariant.I5, "another body was taken under the key " + one.key());
                }
            } else if (!one.key().isEmpty() && one.outcome() == Outcome.OK) {
                String key = one.channel() + " " + one.key();
                Try before = first.putIfAbsent(key, one);
                if (before != null) {
                    again++;
                    if (before.offset() != one.offset()) {
                        findings.fault(Invariant.I5, key + " at " + before.offset() + " and at " + one.offset());
                    }
                }
                if (!one.duplicate() && !firstHand.add(key)) {
                    findings.fault(Invariant.I5, key + " was told twice that it is new");
                }
            }
        }
        findings.saw(
                Invariant.I5,
                first.size() + " keys, " + again + " repeated after their receipt, " + forged + " forged");
    }
}
