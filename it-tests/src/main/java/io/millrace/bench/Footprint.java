package io.millrace.bench;

import java.util.OptionalLong;

/** A server's memory: the live heap after a full collection, and what is resident then. */
record Footprint(OptionalLong heapKilobytes, OptionalLong rssKilobytes) {
    static final Footprint NONE = new Footprint(OptionalLong.empty(), OptionalLong.empty());

    static Footprint of(ProcessGauge gauge) {
        gauge.heapKilobytes(); // a second collection gives back what the first has freed
        OptionalLong heap = gauge.heapKilobytes();
        return new Footprint(heap, gauge.rssKilobytes());
    }

    void tellGrowth(Outcome outcome, Footprint before, int connections) {
        growth(outcome, Figure.HEAP_PER_CONNECTION, before.heapKilobytes, heapKilobytes, connections);
        growth(outcome, Figure.RSS_PER_CONNECTION, before.rssKilobytes, rssKilobytes, connections);
    }

    private static void growth(
            Outcome outcome, Figure figure, OptionalLong before, OptionalLong after, int connections) {
        if (before.isPresent() && after.isPresent()) {
            outcome.put(figure, (double) (after.getAsLong() - before.getAsLong()) / connections);
        }
    }
}
