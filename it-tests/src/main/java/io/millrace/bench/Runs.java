package io.millrace.bench;

import io.millrace.bench.Server.Role;
import java.nio.file.Path;
import java.time.Duration;

/** How each scenario is carried out against one server, each time on a channel that nobody has used before. */
final class Runs {
    private static final int PUBLISHERS = 64;
    private static final int STEADY_RATE = 20;
    private static final int LIGHT_SUBSCRIBERS = 100;
    private static final int LIGHT_RATE = 200;
    private static final int EACH = 5;
    private static final int CHURNING = 100;
    private static final Duration QUIET = Duration.ofSeconds(5);
    private static final Duration WARM_UP = Duration.ofSeconds(1);

    private Runs() {}

    static Outcome steady(Server server, Scale scale, String channel, String transport) {
        int events = (int) (STEADY_RATE * scale.length().toSeconds());
        Crowd.Settings crowd = crowd(server, channel, transport, scale.subscribers(), 1, scale.size());
        return Fanout.run(new Fanout.Settings(crowd, events, STEADY_RATE, STEADY_RATE, false));
    }

    static Outcome light(Server server, Scale scale, String channel) {
        if (server.role() == Role.DATABASE) {
            return loneCommit(server, scale);
        }
        int events = (int) (LIGHT_RATE * scale.length().toSeconds());
        Crowd.Settings crowd = crowd(server, channel, "sse", LIGHT_SUBSCRIBERS, 1, scale.size());
        return Fanout.run(new Fanout.Settings(crowd, events, LIGHT_RATE, LIGHT_RATE, false));
    }

    /** As fast as it goes while the 99th percentile stays below the limit. */
    static Outcome top(Server server, Scale scale, String channel, int subscribers, int limitMillis, int startRate) {
        int step = (int) Math.max(1, scale.length().toSeconds() / 3);
        Crowd.Settings crowd = crowd(server, channel, "sse", subscribers, 4, scale.size());
        return TopRate.run(new TopRate.Settings(crowd, limitMillis, startRate, step));
    }

    private static Crowd.Settings crowd(
            Server server, String channel, String transport, int subscribers, int publishers, int size) {
        return new Crowd.Settings(
                server.target(), channel, transport, subscribers, publishers, size, 1, QUIET, server.gauge());
    }

    static Outcome channels(Server server, Scale scale, String channel) {
        return Spread.run(new Spread.Settings(load(server, scale, channel, scale.channels(), 1), EACH, 1, QUIET));
    }

    static Outcome publish(Server server, Scale scale, String channel, int channels, int batch) {
        if (server.role() == Role.DATABASE) {
            return DatabaseFloor.of(database(server)).commits(PUBLISHERS, batch, 1, scale.size(), scale.length());
        }
        return PublishLoad.run(load(server, scale, channel, channels, batch));
    }

    static Outcome lone(Server server, Scale scale, String channel) {
        if (server.role() == Role.DATABASE) {
            return loneCommit(server, scale);
        }
        return PublishLoad.run(new PublishLoad.Settings(
                server.target(), channel, 1, 1, 1, scale.size(), WARM_UP, scale.length(), server.gauge()));
    }

    private static Outcome loneCommit(Server server, Scale scale) {
        return DatabaseFloor.of(database(server)).commits(1, 1, 1, scale.size(), scale.length());
    }

    private static PublishLoad.Settings load(Server server, Scale scale, String channel, int channels, int batch) {
        return new PublishLoad.Settings(
                server.target(),
                channel,
                channels,
                PUBLISHERS,
                batch,
                scale.size(),
                WARM_UP,
                scale.length(),
                server.gauge());
    }

    static Outcome catchUp(Server server, Scale scale, String channel) {
        History.fill(server.target(), channel, scale.past(), scale.size());
        if (server.role() == Role.DATABASE) {
            return DatabaseFloor.of(database(server)).copy(channel, scale.past());
        }
        return new History.CatchUp(server.target(), channel, scale.past(), QUIET, server.gauge()).run();
    }

    static Outcome storm(Server server, Scale scale, String channel) {
        return new Storm(
                        server.target(),
                        channel,
                        scale.subscribers(),
                        scale.missed(),
                        scale.size(),
                        1,
                        QUIET,
                        server.gauge(),
                        server.adminPort())
                .run();
    }

    static Outcome idle(Server server, Scale scale, String channel, String transport) {
        return Idle.memory(idleSettings(server, scale, channel, transport, 1));
    }

    static Outcome accepting(Server server, Scale scale, String channel) {
        return Idle.accepting(idleSettings(server, scale, channel, "sse", 2));
    }

    private static Idle.Settings idleSettings(Server server, Scale scale, String channel, String transport, int waves) {
        return new Idle.Settings(
                server.target(), channel, transport, scale.subscribers(), waves, server.gauge(), server.adminPort());
    }

    static Outcome churn(Server server, Scale scale, String channel) {
        return Churn.run(new Churn.Settings(
                server.target(), channel, CHURNING, scale.churn(), server.gauge(), server.adminPort()));
    }

    private static Path database(Server server) {
        Path data = server.database();
        if (data == null) {
            throw new BenchFailure(server.name() + " has no database");
        }
        return data;
    }
}
