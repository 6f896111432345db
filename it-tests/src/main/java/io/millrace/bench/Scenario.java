package io.millrace.bench;

import java.time.Duration;
import java.util.List;

/** What a full run measures, each with the figures its table shows. */
enum Scenario {
    SSE("SSE fan-out", true, Shown.DELIVERIES),
    WEB_SOCKET("WebSocket fan-out", true, Shown.DELIVERIES),
    PUBLISH_SINGLE("64 publishers, one event a request", true, Shown.EVENTS),
    PUBLISH_BATCH("64 publishers, 50 events a request", true, Shown.EVENTS),
    CATCH_UP("One reader catches up", false, List.of(Figure.EVENTS_PER_SECOND, Figure.CPU_PER_EVENT));

    /** The figures of a table's rows. */
    private static final class Shown {
        static final List<Figure> DELIVERIES = List.of(
                Figure.DELIVERIES_PER_SECOND,
                Figure.CPU_PER_DELIVERY,
                Figure.CPU_PER_DELIVERY_WITH_CHILDREN,
                Figure.P50,
                Figure.P99,
                Figure.MAX,
                Figure.CONNECTING,
                Figure.HEAP_PER_CONNECTION,
                Figure.SERVER_CORES,
                Figure.GENERATOR_CORES);
        static final List<Figure> EVENTS = List.of(
                Figure.EVENTS_PER_SECOND,
                Figure.CPU_PER_EVENT,
                Figure.CPU_PER_EVENT_WITH_CHILDREN,
                Figure.P50,
                Figure.P99,
                Figure.MAX);
    }

    /** One of the two servers under comparison. */
    record Server(String name, Target target, long pid) {}

    /** How much of everything: a full run, or a quick one to see that it works. */
    record Measure(int subscribers, int events, int rate, int size, Duration publishing, int past) {
        static Measure full(Args args) {
            return new Measure(
                    args.number("subscribers", 1000, 1, 60_000),
                    args.number("events", 100, 1, 100_000),
                    args.number("rate", 0, 0, 1_000_000),
                    args.number("size", 100, PublishRequest.MIN_SIZE, PublishRequest.MAX_SIZE),
                    args.seconds("seconds", args.flag("quick") ? 2 : 5, 600),
                    args.number("past", args.flag("quick") ? 2_000 : 20_000, 1, 1_000_000));
        }
    }

    private final String title;
    private final boolean floored;
    private final List<Figure> shown;

    Scenario(String title, boolean floored, List<Figure> shown) {
        this.title = title;
        this.floored = floored;
        this.shown = shown;
    }

    /** Each time on a channel that nobody has used before, so that no run reads another's past. */
    Outcome run(Server server, Measure measure, String channel) {
        return switch (this) {
            case SSE -> fanout(server, measure, channel, "sse");
            case WEB_SOCKET -> fanout(server, measure, channel, "ws");
            case PUBLISH_SINGLE -> publish(server, measure, channel, 1);
            case PUBLISH_BATCH -> publish(server, measure, channel, 50);
            case CATCH_UP -> {
                History.fill(server.target(), channel, measure.past(), measure.size());
                yield new History.CatchUp(server.target(), channel, measure.past(), Duration.ofSeconds(5), server.pid())
                        .run();
            }
        };
    }

    private static Outcome fanout(Server server, Measure measure, String channel, String transport) {
        return Fanout.run(new Fanout.Settings(
                server.target(),
                channel,
                transport,
                measure.subscribers(),
                measure.events(),
                measure.rate(),
                measure.size(),
                20,
                1,
                Duration.ofSeconds(5),
                server.pid(),
                true));
    }

    private static Outcome publish(Server server, Measure measure, String channel, int batch) {
        return PublishLoad.run(new PublishLoad.Settings(
                server.target(),
                channel,
                1,
                64,
                batch,
                measure.size(),
                Duration.ofSeconds(1),
                measure.publishing(),
                server.pid()));
    }

    String title() {
        return title;
    }

    /** Whether the floor can do it too: it keeps no past. */
    boolean floored() {
        return floored;
    }

    List<Figure> shown() {
        return shown;
    }
}
