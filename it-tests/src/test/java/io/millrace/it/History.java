package io.millrace.it;

import java.util.List;
import java.util.Map;

/** What was recorded of a run: what publishers tried, what stands in the end, and what subscribers saw. */
record History(List<Attempt> attempts, Map<String, List<Entry>> log, List<View> views) {
    enum Outcome {
        OK,
        FAILED,
        UNKNOWN
    }

    /**
     * One try to publish.
     *
     * @param key empty for none
     * @param offset where it stands, if OK
     */
    record Attempt(String channel, String value, String key, Outcome outcome, long offset, boolean duplicate) {}

    /** One event of a channel as the log has it at the end, or as a subscriber got it. */
    record Entry(long offset, String value, String payload) {}

    /** One subscriber's way through one channel: from where, to where, and what it got in between, in order. */
    record View(String subscriber, String channel, long from, long to, List<Entry> seen, List<String> oddities) {}
}
