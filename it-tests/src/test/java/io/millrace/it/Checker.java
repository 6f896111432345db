package io.millrace.it;

import io.millrace.it.History.Attempt;
import io.millrace.it.History.Entry;
import io.millrace.it.History.Outcome;
import io.millrace.it.History.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a recorded history and names every fault in it. Pure: the same history, the same faults. */
final class Checker {
    enum Kind {
        LOST,
        DUPLICATED,
        REORDERED,
        PHANTOM,
        /** Offsets are not 1, 2, 3 … */
        HOLE,
        /** What stands at an offset is not the same everywhere. */
        CHANGED,
        /** One key, two offsets. */
        KEY_SPLIT,
        /** A cursor moved where it must not. */
        CURSOR
    }

    record Fault(Kind kind, String where, String what) {}

    private static final int SHOWN = 30;
    private final List<Fault> faults = new ArrayList<>();

    private Checker() {}

    static List<Fault> check(History history) {
        Checker checker = new Checker();
        checker.logsAreDense(history.log());
        checker.acknowledgedIsDurable(history);
        checker.keysHold(history.attempts());
        history.views()
                .forEach(view -> checker.viewIsExact(view, history.log().getOrDefault(view.channel(), List.of())));
        return checker.faults;
    }

    /** How a test says it: empty where all is well. */
    static String report(List<Fault> faults) {
        StringBuilder text = new StringBuilder();
        faults.stream().limit(SHOWN).forEach(fault -> text.append("\n  ")
                .append(fault.kind())
                .append(" in ")
                .append(fault.where())
                .append(": ")
                .append(fault.what()));
        return faults.isEmpty() ? "" : faults.size() + " faults" + text;
    }

    private void fault(Kind kind, String where, String what) {
        faults.add(new Fault(kind, where, what));
    }

    /** I2. */
    private void logsAreDense(Map<String, List<Entry>> log) {
        log.forEach((channel, entries) -> {
            long expected = entries.isEmpty() ? 1 : entries.get(0).offset();
            for (Entry entry : entries) {
                if (entry.offset() != expected) {
                    fault(Kind.HOLE, channel, "offset " + entry.offset() + " stands where " + expected + " should");
                }
                expected = entry.offset() + 1;
            }
        });
    }

    /** I1, and I4 in part: a publisher that waits for each receipt finds its events in the order it sent them. */
    private void acknowledgedIsDurable(History history) {
        Map<String, Attempt> best = new LinkedHashMap<>();
        for (Attempt attempt : history.attempts()) {
            best.merge(attempt.channel() + " " + attempt.value(), attempt, Checker::surer);
        }
        Map<String, List<Long>> places = new HashMap<>();
        history.log()
                .forEach((channel, entries) -> entries.forEach(
                        entry -> places.computeIfAbsent(channel + " " + entry.value(), new_ -> new ArrayList<>())
                                .add(entry.offset())));
        Map<String, Long> lastOfPublisher = new HashMap<>();
        best.forEach((where, attempt) -> {
            List<Long> found = places.getOrDefault(where, List.of());
            if (found.size() > 1) {
                fault(Kind.DUPLICATED, where, "stands at " + found);
            } else if (attempt.outcome() == Outcome.OK && found.isEmpty()) {
                fault(Kind.LOST, where, "acknowledged at " + attempt.offset() + ", not in the log");
            } else if (attempt.outcome() == Outcome.OK && found.get(0) != attempt.offset()) {
                fault(Kind.CHANGED, where, "acknowledged at " + attempt.offset() + ", stands at " + found);
            } else if (attempt.outcome() == Outcome.FAILED && !found.isEmpty()) {
                fault(Kind.PHANTOM, where, "refused, but stands at " + found);
            }
            if (attempt.outcome() == Outcome.OK) {
                String publisher = where.substring(0, where.lastIndexOf('.'));
                Long before = lastOfPublisher.put(publisher, attempt.offset());
                if (before != null && before >= attempt.offset()) {
                    fault(
                            Kind.REORDERED,
                            where,
                            "at " + attempt.offset() + ", its publisher's one before at " + before);
                }
            }
        });
        places.keySet().stream()
                .filter(where -> !best.containsKey(where))
                .forEach(where -> fault(Kind.PHANTOM, where, "nobody published it"));
    }

    private static Attempt surer(Attempt one, Attempt other) {
        if (one.outcome() == Outcome.OK || other.outcome() == Outcome.OK) {
            return one.outcome() == Outcome.OK ? one : other;
        }
        return one.outcome() == Outcome.UNKNOWN ? one : other;
    }

    /** I5. */
    private void keysHold(List<Attempt> attempts) {
        Map<String, Attempt> first = new HashMap<>();
        Set<String> firstHand = new HashSet<>();
        for (Attempt attempt : attempts) {
            if (attempt.key().isEmpty() || attempt.outcome() != Outcome.OK) {
                continue;
            }
            String where = attempt.channel() + " " + attempt.key();
            Attempt before = first.putIfAbsent(where, attempt);
            if (before != null && before.offset() != attempt.offset()) {
                fault(Kind.KEY_SPLIT, where, "at " + before.offset() + " and at " + attempt.offset());
            }
            if (!attempt.duplicate() && !firstHand.add(where)) {
                fault(Kind.KEY_SPLIT, where, "told twice that it is new");
            }
        }
    }

    /** I3, I6, I9. */
    private void viewIsExact(View view, List<Entry> log) {
        String where = view.subscriber() + " on " + view.channel();
        view.oddities().forEach(odd -> fault(Kind.CURSOR, where, odd));
        Map<Long, Entry> truth = new HashMap<>();
        log.forEach(entry -> truth.put(entry.offset(), entry));
        Map<Long, String> seen = new HashMap<>();
        long expected = view.from() + 1;
        for (Entry entry : view.seen()) {
            String before = seen.putIfAbsent(entry.offset(), entry.payload());
            Entry stands = truth.get(entry.offset());
            if (before != null || entry.offset() <= view.from()) {
                fault(Kind.DUPLICATED, where, "offset " + entry.offset() + " came again");
            } else if (entry.offset() < expected) {
                fault(Kind.REORDERED, where, "offset " + entry.offset() + " came after " + (expected - 1));
            } else if (stands == null) {
                fault(Kind.PHANTOM, where, "offset " + entry.offset() + " is not in the log");
            }
            if (stands != null && !stands.payload().equals(entry.payload())) {
                fault(Kind.CHANGED, where, "offset " + entry.offset() + " is not what the log has: " + entry.payload());
            }
            expected = Math.max(expected, entry.offset() + 1);
        }
        for (long offset = view.from() + 1; offset <= view.to(); offset++) {
            if (!seen.containsKey(offset)) {
                fault(Kind.LOST, where, "offset " + offset + " never came");
            }
        }
    }
}
