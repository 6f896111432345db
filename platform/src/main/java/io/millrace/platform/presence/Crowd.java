package io.millrace.platform.presence;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is on one channel, node by node: each node's word replaces its own earlier one and nobody else's, and counts until
 * its lease is over. A user is here while any node says so. Says what has changed; knows no clock.
 */
final class Crowd {
    private final int keptGone;
    private final Map<String, Node> nodes = new HashMap<>();
    private final Map<String, Map<String, Present>> users = new HashMap<>();
    private final LinkedHashMap<String, Long> gone = new LinkedHashMap<>();

    private static final class Node {
        long seq;
        long heardMillis;
        int ticksInSilence;
        final Set<String> users = new HashSet<>();

        void isHeard(long told, long now) {
            seq = told;
            heardMillis = now;
            ticksInSilence = 0;
        }
    }

    /** @param keptGone of so many who have left it is remembered when */
    Crowd(int keptGone) {
        this.keptGone = keptGone;
    }

    /** Whether the node's word number {@code seq} follows the last that was heard of it. */
    boolean follows(String node, long seq) {
        Node known = nodes.get(node);
        return known != null && known.seq + 1 == seq;
    }

    /** The node lives, and stands at {@code seq}; false where that isn't what was heard last. */
    boolean renew(String node, long seq, long now) {
        Node known = nodes.get(node);
        if (known == null || known.seq != seq) {
            return false;
        }
        known.isHeard(seq, now);
        return true;
    }

    /** Everybody whom the node has. */
    List<Change> replace(String node, long seq, Collection<Present> all, long now) {
        Node told = heard(node, seq, now);
        Set<String> missing = new HashSet<>(told.users);
        all.forEach(present -> missing.remove(present.user()));
        List<Change> changes = new ArrayList<>(update(node, seq, all, now));
        missing.forEach(user -> put(node, told, new Present(user, 0, now), now, changes));
        return changes;
    }

    /** What has changed on the node. */
    List<Change> update(String node, long seq, Collection<Present> changed, long now) {
        Node told = heard(node, seq, now);
        List<Change> changes = new ArrayList<>();
        changed.forEach(present -> put(node, told, present, now, changes));
        return changes;
    }

    /** Forgets the nodes that haven't been heard for more than so many ticks, however a clock may have jumped meanwhile. */
    List<Change> tick(int most, long now) {
        List<Change> changes = new ArrayList<>();
        for (String name : List.copyOf(nodes.keySet())) {
            Node node = nodes.get(name);
            if (node != null && ++node.ticksInSilence > most) {
                List.copyOf(node.users).forEach(user -> put(name, node, new Present(user, 0, now), now, changes));
                nodes.remove(name);
            }
        }
        return changes;
    }

    boolean knows(String node) {
        return nodes.containsKey(node);
    }

    private Node heard(String name, long seq, long now) {
        Node node = nodes.computeIfAbsent(name, first -> new Node());
        node.isHeard(seq, now);
        return node;
    }

    private void put(String name, Node node, Present present, long now, List<Change> changes) {
        String user = present.user();
        boolean before = users.containsKey(user);
        if (present.connections() > 0) {
            node.users.add(user);
            users.computeIfAbsent(user, first -> new HashMap<>()).put(name, present);
            gone.remove(user);
        } else {
            node.users.remove(user);
            users.computeIfPresent(user, (same, byNode) -> {
                byNode.remove(name);
                return byNode.isEmpty() ? null : byNode;
            });
        }
        boolean after = users.containsKey(user);
        if (before != after) {
            changes.add(new Change(user, after, now));
        }
        if (before && !after) {
            gone.put(user, now);
            if (gone.size() > keptGone) {
                gone.remove(gone.keySet().iterator().next());
            }
        }
    }

    /** Everybody, by name. */
    List<Here> here() {
        return users.entrySet().stream()
                .map(entry -> here(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparing(Here::user))
                .toList();
    }

    private Here here(String user, Map<String, Present> byNode) {
        int connections = 0;
        long since = Long.MAX_VALUE;
        long seen = 0;
        for (Map.Entry<String, Present> entry : byNode.entrySet()) {
            connections += entry.getValue().connections();
            since = Math.min(since, entry.getValue().sinceMillis());
            @Nullable Node node = nodes.get(entry.getKey());
            seen = Math.max(seen, node == null ? 0 : node.heardMillis);
        }
        return new Here(user, connections, since, seen);
    }

    /** Those who have left, the last first. */
    List<Here> gone() {
        List<Here> left = new ArrayList<>();
        gone.forEach((user, seen) -> left.add(0, new Here(user, 0, seen, seen)));
        return left;
    }

    int size() {
        return users.size();
    }

    /** The same for the same users, whatever the order in which they came. */
    long digest() {
        return digest(users.keySet());
    }

    static long digest(Set<String> users) {
        long digest = users.size();
        for (String user : users) {
            digest += user.hashCode() * 0x9E3779B97F4A7C15L;
        }
        return digest;
    }
}
