package io.millrace.bench;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * How fast it goes while it stays quick: the most deliveries a second whose 99th percentile is below a limit. Climbs by
 * half as much again until a step is too slow, then halves what lies between; every step is offered at a fixed rate on
 * the same connections.
 */
final class TopRate {
    private static final double CLIMB = 1.5;
    private static final int HALVINGS = 3;
    private static final int MAX_RATE = 100_000;

    /**
     * @param limitMillis what the 99th percentile must stay below
     * @param startRate events a second of the first step
     */
    record Settings(Crowd.Settings crowd, int limitMillis, int startRate, int stepSeconds) {
        static Settings from(Args args) {
            return new Settings(
                    Crowd.Settings.from(args),
                    args.number("limit-millis", 150, 1, 60_000),
                    args.number("start-rate", 10, 1, MAX_RATE),
                    args.number("step-seconds", 3, 1, 60));
        }
    }

    private final Settings settings;
    private final Crowd crowd;
    private final List<String> steps = new ArrayList<>();
    private Burst best =
            new Burst(0, 1, 0, new Histogram(1, 600_000_000L, 3), ProcessGauge.NO_CPU, ProcessGauge.NO_CPU);

    private TopRate(Settings settings, Crowd crowd) {
        this.settings = settings;
        this.crowd = crowd;
    }

    static Outcome run(Settings settings) {
        Outcome outcome = new Outcome("top-rate-" + settings.crowd().transport());
        try (Crowd crowd = Crowd.open(settings.crowd())) {
            TopRate search = new TopRate(settings, crowd);
            search.climb();
            if (search.best.delivered() == 0) {
                outcome.note("not even " + settings.startRate() + "/s stayed below " + settings.limitMillis() + " ms");
            }
            search.best.tell(outcome);
            outcome.note("steps " + search.steps);
            return crowd.conclude(outcome);
        }
    }

    private void climb() {
        crowd.burst(settings.startRate(), Math.max(10, settings.startRate()));
        int good = 0;
        int rate = settings.startRate();
        while (rate < MAX_RATE && isQuick(rate)) {
            good = rate;
            rate = (int) Math.ceil(rate * CLIMB);
        }
        int bad = rate;
        for (int i = 0; i < HALVINGS && good > 0 && bad - good > 1; i++) {
            int middle = (good + bad) / 2;
            if (isQuick(middle)) {
                good = middle;
            } else {
                bad = middle;
            }
        }
    }

    /** A slow step is given a second try: one stall of the machine would otherwise end the search. */
    private boolean isQuick(int rate) {
        boolean quick = false;
        for (int attempt = 0; attempt < 2 && !quick; attempt++) {
            quick = tried(rate);
        }
        return quick;
    }

    private boolean tried(int rate) {
        Burst burst = crowd.burst(rate, rate * settings.stepSeconds());
        boolean quick = burst.p99Millis() < settings.limitMillis();
        steps.add(rate + "/s " + Math.round(burst.p99Millis()) + " ms");
        if (quick && burst.deliveriesPerSecond() > best.deliveriesPerSecond()) {
            best = burst;
        }
        return quick;
    }
}
