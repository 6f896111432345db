package io.millrace.bench;

import java.util.Locale;
import java.util.Optional;

/**
 * One goal, looked at.
 *
 * @param value the server's median
 * @param measure what it is compared with; empty where the peer wasn't there
 */
record Verdict(Scenario scenario, String server, Goal goal, double value, Optional<Double> measure) {
    String said() {
        return goal.figure().format(value);
    }

    /** The peer's figure; a dash where there is none. */
    String saidMeasure() {
        return goal.peers().isEmpty() ? "-" : measure.map(goal.figure()::format).orElse("not there");
    }

    String saidRatio() {
        return goal.peers().isEmpty()
                ? "-"
                : measure.map(peer -> String.format(Locale.ROOT, "%.2f x", value / peer))
                        .orElse("-");
    }

    String saidReached() {
        return measure.map(peer -> goal.reached(value, peer) ? "yes" : "NO").orElse("unknown");
    }

    @Override
    public String toString() {
        return scenario.title() + ", " + server + ": " + goal.figure().label() + " " + said() + ", peer "
                + saidMeasure() + ", ratio " + saidRatio() + ", wanted " + goal.words() + ": " + saidReached();
    }
}
