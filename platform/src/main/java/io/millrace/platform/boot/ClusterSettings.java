package io.millrace.platform.boot;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The settings under {@code millrace.cluster}, and what they mean to the actor system. */
record ClusterSettings(String host, int port, List<String> seedNodes, Duration joinTimeout) {
    static final String SYSTEM = "millrace";
    private static final Pattern SEED_NODE = Pattern.compile("[^:/\\s]+:[0-9]{1,5}|\\[[0-9a-fA-F:]+]:[0-9]{1,5}");

    static ClusterSettings from(Config cluster) {
        return new ClusterSettings(
                cluster.getString("host"),
                cluster.getInt("port"),
                cluster.getStringList("seed-nodes"),
                cluster.getDuration("join-timeout"));
    }

    ClusterSettings {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("millrace.cluster.port: 0 to 65535");
        }
        for (String node : seedNodes) {
            if (!SEED_NODE.matcher(node).matches()) {
                throw new IllegalArgumentException("millrace.cluster.seed-nodes: each must be host:port");
            }
        }
        if (joinTimeout.toSeconds() < 1) {
            throw new IllegalArgumentException("millrace.cluster.join-timeout: 1s or more");
        }
        seedNodes = List.copyOf(seedNodes);
    }

    boolean isAlone() {
        return seedNodes.isEmpty();
    }

    Config actorSystem() {
        return ConfigFactory.parseMap(Map.of(
                "pekko.remote.artery.canonical.hostname",
                host,
                "pekko.remote.artery.canonical.port",
                port,
                "pekko.cluster.app-version",
                version(),
                // the first seed node joins itself where no other answers: inside a partition it would be a second
                // cluster
                // on the same database, if it ever came up
                "pekko.cluster.min-nr-of-members",
                seedNodes.size() / 2 + 1,
                "pekko.cluster.seed-nodes",
                seedNodes.stream().map(node -> "pekko://" + SYSTEM + "@" + node).toList()));
    }

    /** While versions are mixed, channels that move are placed on nodes of the newest. */
    private static String version() {
        String version = ClusterSettings.class.getPackage().getImplementationVersion();
        return version == null ? "0.0.0" : version;
    }
}
