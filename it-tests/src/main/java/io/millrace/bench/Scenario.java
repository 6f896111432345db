package io.millrace.bench;

import io.millrace.bench.Server.Role;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a full run measures: who takes part, what is to be reached, and the figures its table shows. */
enum Scenario {
    IDLE_SSE(
            "Idle SSE connections",
            EnumSet.of(Role.PRODUCT, Role.NCHAN, Role.FLOOR),
            List.of(Goal.atMost(Figure.HEAP_PER_CONNECTION, 8)),
            Shown.IDLE,
            (server, scale, channel) -> Runs.idle(server, scale, channel, "sse")),
    IDLE_WS(
            "Idle WebSocket connections",
            EnumSet.of(Role.PRODUCT, Role.NCHAN, Role.FLOOR),
            List.of(Goal.atMost(Figure.HEAP_PER_CONNECTION, 8)),
            Shown.IDLE,
            (server, scale, channel) -> Runs.idle(server, scale, channel, "ws")),
    ACCEPTING(
            "Accepting an SSE stream",
            EnumSet.of(Role.PRODUCT, Role.NCHAN, Role.FLOOR),
            List.of(Goal.atMost(Figure.CPU_PER_ACCEPT, 200)),
            List.of(Figure.CPU_PER_ACCEPT, Figure.CPU_PER_ACCEPT_WITH_CHILDREN, Figure.CONNECTING),
            Runs::accepting),
    SSE_STEADY(
            "One channel, SSE, 20 events/s",
            EnumSet.of(Role.PRODUCT, Role.NCHAN, Role.FLOOR),
            List.of(Goal.atMost(Figure.CPU_PER_DELIVERY, 1.0, Role.NCHAN)),
            Shown.DELIVERIES,
            (server, scale, channel) -> Runs.steady(server, scale, channel, "sse")),
    WS_STEADY(
            "One channel, WebSocket, 20 events/s",
            EnumSet.of(Role.PRODUCT, Role.NCHAN, Role.FLOOR),
            List.of(Goal.atMost(Figure.CPU_PER_DELIVERY, 1.0, Role.NCHAN)),
            Shown.DELIVERIES,
            (server, scale, channel) -> Runs.steady(server, scale, channel, "ws")),
    SSE_TOP(
            "One channel, SSE, as fast as p99 < 150 ms allows",
            EnumSet.of(Role.PRODUCT, Role.NCHAN, Role.FLOOR),
            List.of(Goal.atLeast(Figure.DELIVERIES_PER_SECOND, 1.5, Role.NCHAN)),
            Shown.DELIVERIES,
            (server, scale, channel) -> Runs.top(server, scale, channel, scale.subscribers(), 150, 10)),
    BROAD_TOP(
            "2,000 SSE subscribers, as fast as p99 < 250 ms allows (400 events/s wanted)",
            EnumSet.of(Role.PRODUCT, Role.NCHAN, Role.FLOOR),
            List.of(Goal.atLeast(Figure.DELIVERIES_PER_SECOND, 800_000)),
            Shown.DELIVERIES,
            (server, scale, channel) -> Runs.top(server, scale, channel, scale.broad(), 250, 50)),
    CHANNELS(
            "Many channels, 5 subscribers each, 64 publishers",
            EnumSet.of(Role.PRODUCT, Role.NCHAN),
            List.of(Goal.atLeast(Figure.DELIVERIES_PER_SECOND, 1.0, Role.NCHAN)),
            List.of(
                    Figure.DELIVERIES_PER_SECOND,
                    Figure.EVENTS_PER_SECOND,
                    Figure.CPU_PER_EVENT,
                    Figure.CPU_PER_EVENT_WITH_CHILDREN,
                    Figure.P50,
                    Figure.P99),
            Runs::channels),
    LIGHT(
            "100 SSE subscribers, 200 events/s",
            EnumSet.of(Role.PRODUCT, Role.NCHAN, Role.FLOOR, Role.DATABASE),
            List.of(Goal.atMost(Figure.P50, 1.0, Role.NCHAN, Role.DATABASE)),
            List.of(Figure.P50, Figure.P90, Figure.P99, Figure.MAX, Figure.CPU_PER_DELIVERY),
            Runs::light),
    STORM(
            "All clients come back, 100 events missed each",
            EnumSet.of(Role.PRODUCT, Role.NCHAN),
            List.of(Goal.atMost(Figure.LAST_CAUGHT_UP, 1.5, Role.NCHAN), Goal.atMost(Figure.JOURNAL_READS, 9)),
            List.of(
                    Figure.LAST_CAUGHT_UP,
                    Figure.JOURNAL_READS,
                    Figure.DELIVERIES_PER_SECOND,
                    Figure.CPU_PER_DELIVERY,
                    Figure.P50,
                    Figure.P99),
            Runs::storm),
    BATCH_ONE(
            "64 publishers, 50 events a request, one channel",
            EnumSet.of(Role.PRODUCT, Role.DATABASE),
            List.of(Goal.atLeast(Figure.EVENTS_PER_SECOND, 0.5, Role.DATABASE)),
            Shown.EVENTS,
            (server, scale, channel) -> Runs.publish(server, scale, channel, 1, 50)),
    BATCH_MANY(
            "64 publishers, 50 events a request, 200 channels",
            EnumSet.of(Role.PRODUCT, Role.DATABASE),
            List.of(Goal.atLeast(Figure.EVENTS_PER_SECOND, 0.5, Role.DATABASE)),
            Shown.EVENTS,
            (server, scale, channel) -> Runs.publish(server, scale, channel, 200, 50)),
    LONE(
            "A lone publisher, one event a request",
            EnumSet.of(Role.PRODUCT, Role.DATABASE),
            List.of(Goal.atMost(Figure.P50, 3.0, Role.DATABASE)),
            Shown.EVENTS,
            Runs::lone),
    SINGLE(
            "64 publishers, one event a request, one channel",
            EnumSet.of(Role.PRODUCT, Role.HTTP, Role.FLOOR),
            List.of(Goal.atLeast(Figure.EVENTS_PER_SECOND, 0.7, Role.HTTP)),
            Shown.EVENTS,
            (server, scale, channel) -> Runs.publish(server, scale, channel, 1, 1)),
    CATCH_UP(
            "One reader catches up",
            EnumSet.of(Role.PRODUCT, Role.DATABASE),
            List.of(Goal.atLeast(Figure.EVENTS_PER_SECOND, 0.5, Role.DATABASE)),
            List.of(Figure.EVENTS_PER_SECOND, Figure.LAST_CAUGHT_UP, Figure.CPU_PER_EVENT),
            Runs::catchUp),
    CHURN(
            "Connect, read, vanish",
            EnumSet.of(Role.PRODUCT),
            List.of(Goal.atMost(Figure.ACTORS_LEFT, 0), Goal.atMost(Figure.DESCRIPTORS_GROWN, Churn.DESCRIPTORS)),
            List.of(Figure.CYCLES, Figure.DESCRIPTORS_GROWN, Figure.HEAP_GROWN, Figure.ACTORS_LEFT),
            Runs::churn);

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
                Figure.SERVER_CORES,
                Figure.GENERATOR_CORES);
        static final List<Figure> EVENTS = List.of(
                Figure.EVENTS_PER_SECOND,
                Figure.CPU_PER_EVENT,
                Figure.CPU_PER_EVENT_WITH_CHILDREN,
                Figure.P50,
                Figure.P99,
                Figure.MAX);
        static final List<Figure> IDLE =
                List.of(Figure.HEAP_PER_CONNECTION, Figure.RSS_PER_CONNECTION, Figure.RSS, Figure.CONNECTING);
    }

    /** Carries it out once. */
    private interface Run {
        Outcome against(Server server, Scale scale, String channel);
    }

    private final String title;
    private final Set<Role> roles;
    private final List<Goal> goals;
    private final List<Figure> shown;
    private final Run run;

    Scenario(String title, Set<Role> roles, List<Goal> goals, List<Figure> shown, Run run) {
        this.title = title;
        this.roles = roles;
        this.goals = goals;
        this.shown = shown;
        this.run = run;
    }

    /** As {@code --only} names it. */
    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String title() {
        return title;
    }

    boolean takes(Role role) {
        return roles.contains(role);
    }

    List<Goal> goals() {
        return goals;
    }

    List<Figure> shown() {
        return shown;
    }

    /** The channel must be one that nobody has used before, so that no run reads another's past. */
    Outcome against(Server server, Scale scale, String channel) {
        return run.against(server, scale, channel);
    }
}
