package io.millrace.bench;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Connect, read a few events, vanish: half of the clients by a reset, half by shutting down, half on SSE, half on
 * WebSocket. What the server holds afterwards must be what it held before, counted from outside: its descriptors, its
 * live heap, and the connection actors in it.
 */
final class Churn {
    /** A pool or a log file that came along meanwhile is no leak; a leak of one in a thousand clients is far more. */
    static final int DESCRIPTORS = 5;

    private static final int RATE = 20;

    /** Before anything is counted, so many events that the channel's live list is as long as it gets: 10,000. */
    private static final int BEFOREHAND = 12_000;

    private static final int RATE_BEFOREHAND = 500;
    /** At that rate clients have soon read enough: more of them would come faster than a node lets them in. */
    private static final int CLIENTS_BEFOREHAND = 10;

    private static final Duration ROUND_BEFOREHAND = Duration.ofSeconds(20);
    private static final int MOST_ROUNDS_BEFOREHAND = 30;
    private static final Duration CALM_LIMIT = Duration.ofSeconds(30);
    private static final long SPARE_KILOBYTES = 8 * 1024;
    private static final String ACTOR = "io.millrace.platform.connection.Connection";
    private static final String SOCKET = "io.millrace.platform.edge.AcceptedSocket";

    /** @param clients connected at any moment */
    record Settings(Target target, String channel, int clients, Duration length, ProcessGauge gauge, int adminPort) {
        static Settings from(Args args) {
            return new Settings(
                    Target.from(args),
                    args.text("channel"),
                    args.number("clients", 100, 1, 5_000),
                    Duration.ofMinutes(args.number("minutes", 2, 1, 24 * 60)),
                    ProcessGauge.from(args),
                    args.number("admin-port", 0, 0, 65_535));
        }
    }

    /** What a server holds. */
    private record Holdings(OptionalLong descriptors, long heapKilobytes, long actors, double open) {
        static Holdings of(Settings settings) {
            settings.gauge().live(); // a second collection takes what the first has left to finalizers
            ClassHistogram live = settings.gauge().live();
            Map<String, Long> counts = live.instances();
            long actors = counts.getOrDefault(ACTOR, 0L) + counts.getOrDefault(SOCKET, 0L);
            double open = Metrics.of(settings.adminPort()).openConnections();
            return new Holdings(settings.gauge().descriptors(), live.bytes() / 1024, actors, open);
        }
    }

    private final Settings settings;
    private final Outcome outcome = new Outcome("churn");

    private Churn(Settings settings) {
        this.settings = settings;
    }

    static Outcome run(Settings settings) {
        return new Churn(settings).run();
    }

    private Outcome run() {
        fillLiveList();
        Holdings before = calm();
        try (MemoryCurve.Watch watch = new MemoryCurve.Watch(settings.gauge(), settings.adminPort())) {
            ChurnLoad load = churn(settings.clients(), RATE, settings.length());
            Holdings after = calm();
            outcome.put(Figure.CYCLES, load.cycles()).put(Figure.DELIVERIES, load.delivered());
            compare(before, after);
            return outcome.memory(watch.curve());
        }
    }

    private void fillLiveList() {
        long published = 0;
        for (int round = 0; published < BEFOREHAND; round++) {
            if (round == MOST_ROUNDS_BEFOREHAND) {
                throw new BenchFailure("only " + published + " events could be published before the churn");
            }
            published +=
                    churn(CLIENTS_BEFOREHAND, RATE_BEFOREHAND, ROUND_BEFOREHAND).published();
        }
    }

    private ChurnLoad churn(int clients, int rate, Duration length) {
        ChurnLoad load = ChurnLoad.run(settings.target(), settings.channel(), clients, rate, length);
        outcome.losses(load.losses());
        load.faults().forEach(outcome::fault);
        return load;
    }

    /** Waits until the server says that nobody is there any more; a second more for what closes behind that. */
    private Holdings calm() {
        long deadline = System.nanoTime() + CALM_LIMIT.toNanos();
        while (Metrics.of(settings.adminPort()).openConnections() > 0 && System.nanoTime() < deadline) {
            Pause.millis(200);
        }
        Pause.millis(3000);
        return Holdings.of(settings);
    }

    private void compare(Holdings before, Holdings after) {
        if (before.descriptors().isPresent() && after.descriptors().isPresent()) {
            long opened = after.descriptors().getAsLong() - before.descriptors().getAsLong();
            outcome.put(Figure.DESCRIPTORS_GROWN, opened);
            if (opened > DESCRIPTORS) {
                outcome.fault(opened + " file descriptors more than before");
            }
        }
        long grown = after.heapKilobytes() - before.heapKilobytes();
        outcome.put(Figure.HEAP_GROWN, grown);
        if (grown > SPARE_KILOBYTES) {
            outcome.fault(grown + " kB of live heap more than before");
        }
        outcome.put(Figure.ACTORS_LEFT, after.actors());
        if (after.actors() > 0 || after.open() > 0) {
            outcome.fault(after.actors() + " connection actors and sockets are left, and " + (long) after.open()
                    + " connections count as open");
        }
    }
}
