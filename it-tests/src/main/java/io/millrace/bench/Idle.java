package io.millrace.bench;

import java.time.Duration;
import java.util.OptionalLong;

/** Connections that only listen: what each costs in memory, and what accepting it costs in CPU. */
final class Idle {
    private static final Duration READY_LIMIT = Duration.ofSeconds(120);
    /** Long enough for what a server does behind an accepted or a closed connection. */
    private static final long SETTLE_MILLIS = 1000;

    record Settings(
            Target target,
            String channel,
            String transport,
            int connections,
            int waves,
            ProcessGauge gauge,
            int adminPort) {
        static Settings from(Args args) {
            return new Settings(
                    Target.from(args),
                    args.text("channel"),
                    args.text("transport", "sse"),
                    args.number("connections", 1000, 1, 60_000),
                    args.number("waves", 1, 1, 100),
                    ProcessGauge.from(args),
                    args.number("admin-port", 0, 0, 65_535));
        }
    }

    private final Settings settings;
    private final Plan plan;

    private Idle(Settings settings) {
        this.settings = settings;
        Opening opening = Opening.of(settings.transport(), settings.target(), settings.channel());
        this.plan = Plan.alike(settings.connections(), opening, tally -> new Receipts.OfAllLanes(tally, 0));
    }

    /** Opens all of them once, and compares the memory before and after, garbage collected. */
    static Outcome memory(Settings settings) {
        return new Idle(settings).memory();
    }

    /** Opens all of them again and again, and counts the CPU of the openings together. */
    static Outcome accepting(Settings settings) {
        return new Idle(settings).accepting();
    }

    private Outcome memory() {
        Outcome outcome = new Outcome("idle-" + settings.transport());
        try (MemoryCurve.Watch watch = new MemoryCurve.Watch(settings.gauge(), settings.adminPort())) {
            Footprint before = Footprint.of(settings.gauge());
            long begun = System.nanoTime();
            try (Audience audience = Audience.open(settings.target(), plan, 1)) {
                audience.awaitReady(READY_LIMIT);
                outcome.put(Figure.CONNECTING, (System.nanoTime() - begun) / 1e9);
                Pause.millis(SETTLE_MILLIS);
                Footprint.of(settings.gauge()).tellGrowth(outcome, before, settings.connections());
                OptionalLong rss = settings.gauge().rssKilobytes();
                rss.ifPresent(kilobytes -> outcome.put(Figure.RSS, kilobytes));
                Pause.millis(SETTLE_MILLIS);
                audience.close();
                audience.tellEnded(outcome);
            }
            Pause.millis(SETTLE_MILLIS);
            return outcome.memory(watch.curve());
        }
    }

    private Outcome accepting() {
        Outcome outcome = new Outcome("accepting-" + settings.transport());
        long micros = 0;
        long familyMicros = 0;
        double seconds = 0;
        for (int wave = 0; wave < settings.waves(); wave++) {
            ProcessGauge.Cpu before = settings.gauge().cpu();
            long begun = System.nanoTime();
            try (Audience audience = Audience.open(settings.target(), plan, 1)) {
                audience.awaitReady(READY_LIMIT);
                seconds += (System.nanoTime() - begun) / 1e9;
                Pause.millis(SETTLE_MILLIS / 4);
                ProcessGauge.Cpu used = settings.gauge().cpu().since(before);
                micros += used.ownMicros();
                familyMicros += used.familyMicros();
                audience.close();
                audience.tellEnded(outcome);
            }
            Pause.millis(SETTLE_MILLIS);
        }
        double all = (double) settings.connections() * settings.waves();
        outcome.put(Figure.CONNECTING, seconds / settings.waves());
        return outcome.cpu(
                new ProcessGauge.Cpu(micros > 0, micros, familyMicros),
                all,
                Figure.CPU_PER_ACCEPT,
                Figure.CPU_PER_ACCEPT_WITH_CHILDREN);
    }
}
