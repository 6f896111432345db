package io.millrace.bench;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Runs that read the past from its beginning. */
final class History {
    private static final int FILL_BATCH = 50;

    private History() {}

    /** Writes so many events, every one acknowledged, for a reader to find. */
    static void fill(Target target, String channel, int events, int size) {
        int run = ThreadLocalRandom.current().nextInt();
        PublishRequest request = PublishRequest.render(target, channel, Mark.blank(run, 0), FILL_BATCH, size);
        try (PublishLink publisher = PublishLink.open(target, request)) {
            publisher.fill(0, events / FILL_BATCH * FILL_BATCH);
        }
        PublishRequest single = PublishRequest.render(target, channel, Mark.blank(run, 1), 1, size);
        try (PublishLink publisher = PublishLink.open(target, single)) {
            publisher.fill(0, events % FILL_BATCH);
        }
    }

    /** @param expect how many events the channel holds; every lane of them must be whole */
    record CatchUp(Target target, String channel, int expect, Duration quiet, ProcessGauge gauge) {
        static CatchUp from(Args args) {
            return new CatchUp(
                    Target.from(args),
                    args.text("channel"),
                    args.number("expect", 1000, 1, 10_000_000),
                    args.seconds("quiet", 5, 60),
                    ProcessGauge.from(args));
        }

        /** From the request for the past until its last event came. */
        Outcome run() {
            Outcome outcome = new Outcome("catch-up");
            Plan plan = Plan.alike(
                    1,
                    Opening.sse(target, channel, Dialect.FROM_THE_BEGINNING, null),
                    tally -> new Receipts.OfAllLanes(tally, expect));
            ProcessGauge.Cpu before = gauge.cpu();
            long begun = System.nanoTime();
            try (Audience reader = Audience.open(target, plan, 1)) {
                reader.awaitDeliveries(expect, quiet);
                ProcessGauge.Cpu used = gauge.cpu().since(before);
                double seconds = Math.max((reader.lastDeliveryNanos() - begun) / 1e9, 1e-6);
                reader.close();
                reader.refuseUnopened();
                return outcome.put(Figure.EVENTS, reader.delivered())
                        .put(Figure.EVENTS_PER_SECOND, reader.delivered() / seconds)
                        .put(Figure.LAST_CAUGHT_UP, seconds)
                        .cpu(used, reader.delivered(), Figure.CPU_PER_EVENT, Figure.CPU_PER_EVENT_WITH_CHILDREN)
                        .losses(reader.losses());
            }
        }
    }
}
