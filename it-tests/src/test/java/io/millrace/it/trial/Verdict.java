package io.millrace.it.trial;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a trial says of one invariant.
 *
 * @param evidence how much was looked at; empty where nothing was
 * @param faults what broke it, the first few
 */
record Verdict(Invariant invariant, String evidence, long faultCount, List<String> faults) {
    enum Standing {
        HOLDS,
        BROKEN,
        /** A trial can't see it, or this one had no occasion to. */
        NOT_SEEN
    }

    Standing standing() {
        if (faultCount > 0) {
            return Standing.BROKEN;
        }
        return evidence.isEmpty() ? Standing.NOT_SEEN : Standing.HOLDS;
    }

    String line() {
        String rest = invariant.elsewhere().isEmpty() ? "" : "; elsewhere " + invariant.elsewhere();
        StringBuilder line = new StringBuilder(String.format(
                "%-4s %-8s %s: %s%s",
                invariant, standing(), invariant.words(), evidence.isEmpty() ? "no occasion" : evidence, rest));
        if (faultCount > 0) {
            line.append(" - ").append(faultCount).append(" FAULTS");
            faults.forEach(fault -> line.append("\n       ").append(fault));
        }
        return line.toString();
    }

    /** Collects what checkers find, invariant by invariant. */
    static final class Findings {
        private static final int SHOWN = 12;
        private final Map<Invariant, List<String>> shown = new EnumMap<>(Invariant.class);
        private final Map<Invariant, Long> counts = new EnumMap<>(Invariant.class);
        private final Map<Invariant, List<String>> evidence = new EnumMap<>(Invariant.class);

        void fault(Invariant invariant, String what) {
            counts.merge(invariant, 1L, Long::sum);
            List<String> list = shown.computeIfAbsent(invariant, none -> new ArrayList<>());
            if (list.size() < SHOWN) {
                list.add(what);
            }
        }

        /** Something was looked at. */
        void saw(Invariant invariant, String what) {
            evidence.computeIfAbsent(invariant, none -> new ArrayList<>()).add(what);
        }

        List<Verdict> verdicts() {
            List<Verdict> verdicts = new ArrayList<>();
            for (Invariant invariant : Invariant.values()) {
                verdicts.add(new Verdict(
                        invariant,
                        String.join(", ", evidence.getOrDefault(invariant, List.of())),
                        counts.getOrDefault(invariant, 0L),
                        shown.getOrDefault(invariant, List.of())));
            }
            return verdicts;
        }
    }
}
