package io.millrace.bench;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Many channels with a few subscribers each, and publishers that serve all of them by turns, one event a request. */
final class Spread {
    private static final Duration READY_LIMIT = Duration.ofSeconds(120);

    /** @param each subscribers of each channel */
    record Settings(PublishLoad.Settings load, int each, int threads, Duration quiet) {
        static Settings from(Args args) {
            return new Settings(
                    PublishLoad.Settings.from(args),
                    args.number("each", 5, 1, 1000),
                    args.number("threads", 1, 1, 2),
                    args.seconds("quiet", 5, 60));
        }
    }

    private final Settings settings;
    private final int run = ThreadLocalRandom.current().nextInt();
    private final Sent sent;

    private Spread(Settings settings) {
        this.settings = settings;
        this.sent = new Sent(settings.load().lanes());
    }

    static Outcome run(Settings settings) {
        if (settings.load().channels() < settings.load().publishers()) {
            throw new BenchFailure("--channels must be at least --publishers");
        }
        return new Spread(settings).run();
    }

    private Outcome run() {
        Target target = settings.load().target();
        try (Audience audience = Audience.open(target, new ByChannel(), settings.threads())) {
            audience.awaitReady(READY_LIMIT);
            long before = audience.delivered();
            long begun = System.nanoTime();
            Outcome outcome = PublishLoad.run(settings.load(), run, sent);
            audience.awaitDeliveries(sent.all() * settings.each(), settings.quiet());
            double seconds = Math.max((audience.lastDeliveryNanos() - begun) / 1e9, 1e-6);
            long delivered = audience.delivered() - before;
            outcome.put(Figure.DELIVERIES, delivered)
                    .put(Figure.DELIVERIES_PER_SECOND, delivered / seconds)
                    .latency(audience.latencySinceLast());
            audience.close();
            audience.tellEnded(outcome);
            return outcome.losses(audience.losses());
        }
    }

    /** Neighbours in the plan are on different channels, so that all of them wake up while the crowd connects. */
    private final class ByChannel implements Plan {
        @Override
        public int count() {
            return settings.load().channels() * settings.each();
        }

        @Override
        public Opening opening(int index) {
            return Opening.of("sse", settings.load().target(), settings.load().channelOf(lane(index)));
        }

        @Override
        public Receipts receipts(int index, Tally tally) {
            return new Receipts.OfLanes(tally, run, lane(index), 1, sent);
        }

        private int lane(int index) {
            return index % settings.load().channels();
        }
    }
}
