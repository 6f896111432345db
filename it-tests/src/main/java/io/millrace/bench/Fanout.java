package io.millrace.bench;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One publisher, many subscribers on one channel. Each event's data carries a number and the moment of publishing; every
 * subscriber checks that every number comes exactly once and in order.
 */
final class Fanout {
    /** Falling behind the schedule by more than this counts as latency: the event was due, whoever held it up. */
    private static final long LATE_NANOS = 1_000_000;

    private static final Duration READY_LIMIT = Duration.ofSeconds(120);

    /**
     * @param rate events a second, 0 for as fast as they are acknowledged
     * @param warmUp events before the measured ones; checked for losses, not measured
     * @param quiet how long without any delivery until what is missing counts as lost
     */
    record Settings(
            Target target,
            String channel,
            String transport,
            int subscribers,
            int events,
            int rate,
            int size,
            int warmUp,
            int threads,
            Duration quiet,
            long pid,
            boolean heap) {
        static Settings from(Args args) {
            return new Settings(
                    Target.from(args),
                    args.text("channel"),
                    args.text("transport", "sse"),
                    args.number("subscribers", 1000, 1, 60_000),
                    args.number("events", 100, 1, 1_000_000),
                    args.number("rate", 0, 0, 1_000_000),
                    args.number("size", 100, PublishRequest.MIN_SIZE, PublishRequest.MAX_SIZE),
                    args.number("warmup", 20, 0, 10_000),
                    args.number("threads", 1, 1, 2),
                    args.seconds("quiet", 5, 60),
                    args.number("pid", 0, 0, Integer.MAX_VALUE),
                    args.flag("heap"));
        }
    }

    private final Settings settings;
    private final ProcessGauge gauge;
    private final ProcessGauge ourselves =
            ProcessGauge.of(ProcessHandle.current().pid());
    private final Outcome outcome;
    private final int run = ThreadLocalRandom.current().nextInt();

    private Fanout(Settings settings) {
        this.settings = settings;
        this.gauge = ProcessGauge.of(settings.pid());
        this.outcome = new Outcome("fanout-" + settings.transport());
    }

    static Outcome run(Settings settings) {
        return new Fanout(settings).run();
    }

    private Outcome run() {
        OptionalLong rss = gauge.rssKilobytes();
        OptionalLong heap = settings.heap() ? gauge.heapKilobytes() : OptionalLong.empty();
        rss.ifPresent(kilobytes -> outcome.put(Figure.RSS_BEFORE, kilobytes));
        long begun = System.nanoTime();
        int end = settings.warmUp() + settings.events();
        Opening opening = Opening.of(settings.transport(), settings.target(), settings.channel());
        try (Audience audience = Audience.open(
                settings.target(),
                opening,
                settings.subscribers(),
                Math.min(settings.threads(), settings.subscribers()),
                tally -> new Receipts.OfOneLane(tally, run, 0, settings.warmUp(), end))) {
            audience.awaitReady(READY_LIMIT);
            outcome.put(Figure.CONNECTING, (System.nanoTime() - begun) / 1e9);
            perConnection(Figure.RSS_PER_CONNECTION, rss, gauge.rssKilobytes());
            perConnection(
                    Figure.HEAP_PER_CONNECTION, heap, settings.heap() ? gauge.heapKilobytes() : OptionalLong.empty());
            measure(audience);
            audience.close();
            conclude(audience);
        }
        return outcome;
    }

    private void perConnection(Figure figure, OptionalLong before, OptionalLong after) {
        if (before.isPresent() && after.isPresent()) {
            double grown = after.getAsLong() - before.getAsLong();
            outcome.put(figure, grown / settings.subscribers());
        }
    }

    private void measure(Audience audience) {
        PublishRequest request =
                PublishRequest.render(settings.target(), settings.channel(), Mark.blank(run, 0), 1, settings.size());
        try (PublishLink publisher = PublishLink.open(settings.target(), request)) {
            publisher.fill(0, settings.warmUp());
            long warm = (long) settings.warmUp() * settings.subscribers();
            audience.awaitDeliveries(warm, settings.quiet());
            ProcessGauge.Cpu before = gauge.cpu();
            ProcessGauge.Cpu ownBefore = ourselves.cpu();
            long alreadyDelivered = audience.delivered();
            long begun = System.nanoTime();
            publish(publisher, begun);
            long all = (long) (settings.warmUp() + settings.events()) * settings.subscribers();
            audience.awaitDeliveries(all, settings.quiet());
            ProcessGauge.Cpu used = gauge.cpu().since(before);
            ProcessGauge.Cpu ownUsed = ourselves.cpu().since(ownBefore);
            long delivered = audience.delivered() - alreadyDelivered;
            double seconds = Math.max((audience.lastDeliveryNanos() - begun) / 1e9, 1e-6);
            outcome.put(Figure.DELIVERIES, delivered)
                    .put(Figure.DELIVERIES_PER_SECOND, delivered / seconds)
                    .put(Figure.RETRIED, publisher.refusals())
                    .cpu(used, delivered, Figure.CPU_PER_DELIVERY, Figure.CPU_PER_DELIVERY_WITH_CHILDREN);
            cores(Figure.SERVER_CORES, used, seconds);
            cores(Figure.GENERATOR_CORES, ownUsed, seconds);
        }
    }

    private void cores(Figure figure, ProcessGauge.Cpu used, double seconds) {
        if (used.readable()) {
            outcome.put(figure, used.ownMicros() / 1e6 / seconds);
        }
    }

    private void publish(PublishLink publisher, long begun) {
        for (int i = 0; i < settings.events(); i++) {
            long stamp = System.nanoTime();
            if (settings.rate() > 0) {
                long due = begun + i * 1_000_000_000L / settings.rate();
                Pause.untilNanos(due);
                stamp = System.nanoTime();
                stamp = stamp - due > LATE_NANOS ? due : stamp;
            }
            publisher.publish(settings.warmUp() + i, stamp);
        }
    }

    private void conclude(Audience audience) {
        outcome.latency(audience.latency()).losses(audience.losses());
        long ended = audience.subscribers().filter(s -> s.ending() != null).count();
        if (ended > 0) {
            String why = audience.subscribers()
                    .filter(s -> s.ending() != null)
                    .findFirst()
                    .map(Subscriber::plight)
                    .orElse("");
            outcome.fault(ended + " subscribers were cut off, one of them: " + why);
        }
    }
}
