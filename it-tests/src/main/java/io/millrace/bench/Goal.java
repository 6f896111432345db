package io.millrace.bench;

import io.millrace.bench.Server.Role;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a scenario's figure is to reach: at most, or at least, a multiple of what the peers together need, or a number of
 * its own where there are no peers.
 */
record Goal(Figure figure, boolean atMost, double factor, List<Role> peers) {
    static Goal atMost(Figure figure, double factor, Role... peers) {
        return new Goal(figure, true, factor, List.of(peers));
    }

    static Goal atLeast(Figure figure, double factor, Role... peers) {
        return new Goal(figure, false, factor, List.of(peers));
    }

    /** What the figure is compared with; empty where a peer wasn't there. */
    Optional<Double> measure(Function<Role, Optional<Double>> medians) {
        if (peers.isEmpty()) {
            return Optional.of(1.0);
        }
        List<Double> found =
                peers.stream().flatMap(peer -> medians.apply(peer).stream()).toList();
        return found.size() < peers.size()
                ? Optional.empty()
                : Optional.of(found.stream().mapToDouble(Double::doubleValue).sum());
    }

    boolean reached(double value, double measure) {
        return atMost ? value <= factor * measure : value >= factor * measure;
    }

    /** Such as {@code at most 1.5 x nchan}. */
    String words() {
        String sign = atMost ? "at most " : "at least ";
        if (peers.isEmpty()) {
            return sign + figure.format(factor);
        }
        return sign
                + String.format(Locale.ROOT, "%.1f x ", factor)
                + peers.stream()
                        .map(peer -> peer.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(" + ", peers.size() > 1 ? "(" : "", peers.size() > 1 ? ")" : ""));
    }
}
