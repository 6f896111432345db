package io.millrace.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.HdrHistogram.Histogram;

/**
 * Many subscribers on one channel and one or a few publishers, each with one request in flight, for one or more bursts of
 * events. Every event's data carries a number and the moment of publishing; every subscriber checks that every number
 * comes exactly once and in order.
 */
final class Crowd implements AutoCloseable {
    /** Falling behind the schedule by more than this counts as latency: the event was due, whoever held it up. */
    private static final long LATE_NANOS = 1_000_000;

    private static final Duration READY_LIMIT = Duration.ofSeconds(120);

    /** @param quiet how long without any delivery until what is missing counts as lost */
    record Settings(
            Target target,
            String channel,
            String transport,
            int subscribers,
            int publishers,
            int size,
            int threads,
            Duration quiet,
            ProcessGauge gauge) {
        static Settings from(Args args) {
            return new Settings(
                    Target.from(args),
                    args.text("channel"),
                    args.text("transport", "sse"),
                    args.number("subscribers", 1000, 1, 60_000),
                    args.number("publishers", 1, 1, 64),
                    args.number("size", 100, PublishRequest.MIN_SIZE, PublishRequest.MAX_SIZE),
                    args.number("threads", 1, 1, 2),
                    args.seconds("quiet", 5, 60),
                    ProcessGauge.from(args));
        }
    }

    private final Settings settings;
    private final ProcessGauge ourselves =
            ProcessGauge.of(ProcessHandle.current().pid());
    private final int run = ThreadLocalRandom.current().nextInt();
    private final Sent sent;
    private final Audience audience;
    private final List<PublishLink> links = new ArrayList<>();

    private Crowd(Settings settings) {
        this.settings = settings;
        this.sent = new Sent(settings.publishers());
        Opening opening = Opening.of(settings.transport(), settings.target(), settings.channel());
        Plan plan = Plan.alike(
                settings.subscribers(),
                opening,
                tally -> new Receipts.OfLanes(tally, run, 0, settings.publishers(), sent));
        this.audience = Audience.open(settings.target(), plan, settings.threads());
    }

    /** Returns when every subscriber was told that it listens. */
    static Crowd open(Settings settings) {
        Crowd crowd = new Crowd(settings);
        try {
            crowd.audience.awaitReady(READY_LIMIT);
            for (int lane = 0; lane < settings.publishers(); lane++) {
                PublishRequest request = PublishRequest.render(
                        settings.target(), settings.channel(), Mark.blank(crowd.run, lane), 1, settings.size());
                crowd.links.add(PublishLink.open(settings.target(), request));
            }
            return crowd;
        } catch (BenchFailure e) {
            crowd.close();
            throw e;
        }
    }

    /** @param rate events a second of all publishers together, 0 for as fast as they are acknowledged */
    Burst burst(int rate, int events) {
        long deliveredBefore = audience.delivered();
        long refusedBefore = refusals();
        audience.latencySinceLast();
        ProcessGauge.Cpu before = settings.gauge().cpu();
        ProcessGauge.Cpu ownBefore = ourselves.cpu();
        long begun = System.nanoTime();
        publish(begun, rate, events);
        audience.awaitDeliveries(sent.all() * settings.subscribers(), settings.quiet());
        ProcessGauge.Cpu used = settings.gauge().cpu().since(before);
        ProcessGauge.Cpu ownUsed = ourselves.cpu().since(ownBefore);
        Histogram latency = audience.latencySinceLast();
        double seconds = Math.max((audience.lastDeliveryNanos() - begun) / 1e9, 1e-6);
        return new Burst(
                audience.delivered() - deliveredBefore, seconds, refusals() - refusedBefore, latency, used, ownUsed);
    }

    private void publish(long begun, int rate, int events) {
        if (links.size() == 1) {
            publish(0, begun, rate, events);
            return;
        }
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < links.size(); i++) {
            int lane = i;
            CompletableFuture<Void> done = new CompletableFuture<>();
            all.add(done);
            Thread thread = new Thread(
                    () -> {
                        try {
                            publish(lane, begun, rate, events);
                            done.complete(null);
                        } catch (RuntimeException e) {
                            done.completeExceptionally(e);
                        }
                    },
                    "publisher-" + lane);
            thread.setDaemon(true);
            thread.start();
        }
        CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0])).join();
    }

    /** The events of the schedule that fall to this lane. */
    private void publish(int lane, long begun, int rate, int events) {
        for (long i = lane; i < events; i += links.size()) {
            long stamp = System.nanoTime();
            if (rate > 0) {
                long due = begun + i * 1_000_000_000L / rate;
                Pause.untilNanos(due);
                stamp = System.nanoTime();
                stamp = stamp - due > LATE_NANOS ? due : stamp;
            }
            links.get(lane).publish(sent.next(lane), stamp);
            sent.acknowledged(lane, 1);
        }
    }

    private long refusals() {
        return links.stream().mapToLong(PublishLink::refusals).sum();
    }

    /** Ends it, and adds to the outcome what was lost and who was cut off. */
    Outcome conclude(Outcome outcome) {
        close();
        outcome.losses(audience.losses());
        audience.tellEnded(outcome);
        return outcome;
    }

    @Override
    public void close() {
        links.forEach(PublishLink::close);
        audience.close();
    }
}
