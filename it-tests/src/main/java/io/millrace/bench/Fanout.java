package io.millrace.bench;

/** One channel, many subscribers, one burst of events that is measured. */
final class Fanout {
    /**
     * @param rate events a second, 0 for as fast as they are acknowledged
     * @param warmUp events before the measured ones; checked for losses, not measured
     */
    record Settings(Crowd.Settings crowd, int events, int rate, int warmUp, boolean heap) {
        static Settings from(Args args) {
            return new Settings(
                    Crowd.Settings.from(args),
                    args.number("events", 100, 1, 1_000_000),
                    args.number("rate", 0, 0, 1_000_000),
                    args.number("warmup", 20, 0, 10_000),
                    args.flag("heap"));
        }
    }

    private Fanout() {}

    static Outcome run(Settings settings) {
        Outcome outcome = new Outcome("fanout-" + settings.crowd().transport());
        ProcessGauge gauge = settings.crowd().gauge();
        Footprint before = settings.heap() ? Footprint.of(gauge) : Footprint.NONE;
        long begun = System.nanoTime();
        try (Crowd crowd = Crowd.open(settings.crowd())) {
            outcome.put(Figure.CONNECTING, (System.nanoTime() - begun) / 1e9);
            Footprint after = settings.heap() ? Footprint.of(gauge) : Footprint.NONE;
            after.tellGrowth(outcome, before, settings.crowd().subscribers());
            if (settings.warmUp() > 0) {
                crowd.burst(settings.rate(), settings.warmUp());
            }
            crowd.burst(settings.rate(), settings.events()).tell(outcome);
            return crowd.conclude(outcome);
        }
    }
}
