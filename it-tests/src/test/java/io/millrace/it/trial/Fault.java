package io.millrace.it.trial;

import java.util.Locale;

/**
 * One fault of a schedule.
 *
 * @param atSeconds when it is planned to begin; it waits where the one before took longer to heal
 * @param node the node it befalls first
 * @param other another node, for faults of two
 */
record Fault(FaultKind kind, int atSeconds, int node, int other) {
    String name() {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%4d s  %-18s node %d, %d", atSeconds, name(), node, other);
    }
}
