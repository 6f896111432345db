package io.millrace.bench;

import java.time.Duration;

/**
 * How much of everything: a full run, or a quick one to see that it works.
 *
 * @param subscribers of the scenarios with one crowded channel
 * @param broad of the one with fewer subscribers and more events
 * @param length of whatever is measured for a time
 * @param past events that are caught up with
 * @param churn zero for no churn
 */
record Scale(
        int subscribers, int broad, int channels, int size, Duration length, int past, int missed, Duration churn) {
    static Scale from(Args args) {
        boolean quick = args.flag("quick");
        return new Scale(
                args.number("subscribers", quick ? 500 : 5000, 1, 60_000),
                args.number("broad", quick ? 200 : 2000, 1, 60_000),
                args.number("channels", quick ? 100 : 1000, 64, Mark.MAX_LANE),
                args.number("size", 100, PublishRequest.MIN_SIZE, PublishRequest.MAX_SIZE),
                args.seconds("seconds", quick ? 2 : 6, 600),
                args.number("past", quick ? 20_000 : 500_000, 1, 1_000_000),
                args.number("missed", 100, 1, 100_000),
                Duration.ofMinutes(args.number("minutes", 0, 0, 24 * 60)));
    }

    String words() {
        return subscribers + " subscribers (" + broad + " in the broad scenario), " + channels + " channels, events of "
                + size + " bytes, " + length.toSeconds() + " s a measurement, a past of " + past + " events";
    }
}
