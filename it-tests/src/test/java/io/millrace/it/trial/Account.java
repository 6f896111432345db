package io.millrace.it.trial;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that was written down of a trial; what the checkers read, and nothing else. Times are milliseconds since its start.
 *
 * @param speakers what publishers tried, in the order the tries ended
 * @param logs each channel as it was read over and over, by everybody who read it
 * @param trails what each reader was told of each of its channels
 * @param stays each connection of each reader
 * @param troubles the faults as they were really carried out
 * @param probes of what must be refused
 * @param visits of guests to the hall
 * @param rolls what nodes said of who is in the hall
 */
record Account(
        List<Try> speakers,
        Map<String, ChannelLog> logs,
        List<Trail> trails,
        List<Stay> stays,
        List<Trouble> troubles,
        List<Probe> probes,
        List<Visit> visits,
        List<Roll> rolls) {

    enum Outcome {
        OK,
        FAILED,
        UNKNOWN
    }

    /**
     * One try to publish one event.
     *
     * @param speaker whose events must keep their order: a publisher, or one connection of one that pipelines
     * @param key empty for none
     * @param forged whether it is another body under a key that was used before, which must be refused
     * @param offset where it stands, if OK
     * @param code of the refusal; empty where there is none
     * @param saysWhen whether a refusal said when to come back
     */
    record Try(
            String speaker,
            String channel,
            String value,
            String key,
            boolean forged,
            Outcome outcome,
            long offset,
            boolean duplicate,
            String code,
            boolean saysWhen,
            int node,
            int from,
            int to) {}

    /** @param print a hash of the event's type and data, byte for byte */
    record Entry(long offset, String value, long print) {}

    /**
     * @param retained whether old events are given up during the trial
     * @param reads what each source read, in its order; a source that reads twice stands here twice
     */
    record ChannelLog(String channel, boolean retained, List<List<Entry>> reads) {}

    /** What one reader was told of one channel, in order. */
    record Trail(String reader, String channel, boolean live, List<Step> steps) {}

    /** One thing a reader was told. */
    sealed interface Step {
        int at();
    }

    /** "You stand after this offset": the beginning of a stream. */
    record Stood(int at, long offset) implements Step {}

    record Saw(int at, long offset, long print) implements Step {}

    /** @param requested -1 where the server didn't say */
    record WasReset(int at, long requested, long availableFrom, long head, String reason) implements Step {}

    /** Something that no server may say, such as a heartbeat with an id. */
    record Odd(int at, String what) implements Step {}

    enum Ending {
        /** The reader hung up. */
        LEFT,
        /** The server ended it in good order. */
        CLOSED,
        /** It broke. */
        BROKE,
        /** Nothing came for longer than heartbeats allow. */
        SILENT,
        /** It was never let in. */
        REFUSED,
        /** The trial was over. */
        OVER
    }

    /**
     * One connection of a reader.
     *
     * @param asked when it first tried, after the one before had ended
     * @param begun when it was told where it stands; -1 where it never was
     * @param told the pause the server asked for before it ended, in milliseconds; -1 for none
     * @param manner how its reader behaves
     */
    record Stay(
            String reader, Manner manner, int node, int asked, int tries, int begun, int ended, Ending how, int told) {
        /** Not one of single requests, each of which needs the journal. */
        boolean isStream() {
            return !reader.startsWith("history");
        }

        boolean coveredBy(int from, int to) {
            return begun >= 0 && begun < to && ended > from;
        }
    }

    /** How a reader behaves. */
    enum Manner {
        STEADY,
        RESTLESS,
        SLOW,
        AWAY,
        VANISHING
    }

    /**
     * A fault as it was carried out.
     *
     * @param healed when it was taken back
     * @param settled when every node was ready again; -1 where that never was before the next
     * @param clean whether every node was ready when it began
     * @param figures what was measured meanwhile, by name
     */
    record Trouble(Fault fault, int begun, int healed, int settled, boolean clean, Map<String, Long> figures) {
        long figure(String name) {
            return figures.getOrDefault(name, -1L);
        }

        int over() {
            return settled >= 0 ? settled : healed + 60_000;
        }
    }

    /** A question that must not be granted. @param status 0 where there was no answer */
    record Probe(int at, int node, String what, int status) {}

    /**
     * One connection of a guest.
     *
     * @param asked when it was asked for: the server may know of it from here on
     * @param begun when the guest was told that it stands; -1 where it never was
     * @param until until when the guest took it to stand
     * @param ended when it was hung up
     */
    record Visit(String user, int node, int asked, int begun, int until, int ended) {
        boolean mayBeSeen(Roll roll, int forgetsWithin) {
            return asked <= roll.to() && ended + forgetsWithin >= roll.from();
        }

        boolean mustBeSeen(Roll roll, int tellsWithin) {
            return begun >= 0 && begun + tellsWithin <= roll.from() && until >= roll.to();
        }
    }

    /** Who was there, as a node answered at {@code to} what it was asked at {@code from}. */
    record Roll(int node, int from, int to, Set<String> users) {}
}
