package io.millrace.bench;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Many clients come back at once with one {@code Last-Event-ID}. The channel must be a fresh one.
 *
 * @param missed events each client has missed when it comes back
 * @param adminPort where the product tells how often it read its journal; 0 for none
 */
record Storm(
        Target target,
        String channel,
        int clients,
        int missed,
        int size,
        int threads,
        Duration quiet,
        ProcessGauge gauge,
        int adminPort) {
    static Storm from(Args args) {
        return new Storm(
                Target.from(args),
                args.text("channel"),
                args.number("clients", 1000, 1, 60_000),
                args.number("missed", 100, 1, 100_000),
                args.number("size", 100, PublishRequest.MIN_SIZE, PublishRequest.MAX_SIZE),
                args.number("threads", 1, 1, 2),
                args.seconds("quiet", 10, 60),
                ProcessGauge.from(args),
                args.number("admin-port", 0, 0, 65_535));
    }

    /** From the first client's return until the last one has what it missed. */
    Outcome run() {
        Outcome outcome = new Outcome("storm");
        int run = ThreadLocalRandom.current().nextInt();
        String lastSeen = prepare(run);
        Plan plan = Plan.alike(
                clients,
                Opening.sse(target, channel, "", lastSeen),
                tally -> new Receipts.OfOneLane(tally, run, 1, missed + 1L));
        double readsBefore = Metrics.of(adminPort).journalReads();
        ProcessGauge.Cpu before = gauge.cpu();
        long begun = System.nanoTime();
        try (Audience crowd = Audience.open(target, plan, threads)) {
            crowd.awaitDeliveries((long) clients * missed, quiet);
            ProcessGauge.Cpu used = gauge.cpu().since(before);
            double seconds = Math.max((crowd.lastDeliveryNanos() - begun) / 1e9, 1e-6);
            if (adminPort != 0) {
                double reads = Metrics.of(adminPort).journalReads() - readsBefore;
                outcome.put(Figure.JOURNAL_READS, reads * 1000 / clients);
            }
            crowd.close();
            crowd.refuseUnopened();
            return outcome.put(Figure.LAST_CAUGHT_UP, seconds)
                    .put(Figure.DELIVERIES, crowd.delivered())
                    .put(Figure.DELIVERIES_PER_SECOND, crowd.delivered() / seconds)
                    .cpu(used, crowd.delivered(), Figure.CPU_PER_DELIVERY, Figure.CPU_PER_DELIVERY_WITH_CHILDREN)
                    .latency(crowd.completion())
                    .losses(crowd.losses());
        }
    }

    /** Publishes the event everybody has seen, takes its id, and then publishes what they miss. */
    private String prepare(int run) {
        PublishRequest request = PublishRequest.render(target, channel, Mark.blank(run, 0), 1, size);
        try (PublishLink publisher = PublishLink.open(target, request)) {
            publisher.fill(0, 1);
            String id = FirstId.of(target, channel, String.format("~mr~%08x~", run));
            publisher.fill(1, missed);
            return id;
        }
    }
}
