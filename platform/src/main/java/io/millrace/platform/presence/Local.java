package io.millrace.platform.presence;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One channel as a node has it: its own users, and, where somebody here watches, everybody's. Not for several threads. */
final class Local {
    private final Map<String, Mine> mine = new HashMap<>();
    private final Set<Watcher> watchers = new HashSet<>();
    private final Map<String, Here> view = new HashMap<>();
    private boolean hasView;
    private long seq;
    private int emptyRenewals;

    private record Mine(long sinceMillis, Set<String> connections) {}

    boolean enter(String user, String connectionId, long now) {
        return mine.computeIfAbsent(user, first -> new Mine(now, new HashSet<>()))
                .connections()
                .add(connectionId);
    }

    boolean leave(String user, String connectionId) {
        Mine left = mine.get(user);
        boolean was = left != null && left.connections().remove(connectionId);
        if (left != null && left.connections().isEmpty()) {
            mine.remove(user);
        }
        return was;
    }

    /** Whether it is the first watcher; a later one is told at once what is known, if it is. */
    boolean watch(Watcher watcher, long now) {
        boolean first = watchers.isEmpty();
        watchers.add(watcher);
        if (first) {
            hasView = false;
            view.clear();
        } else if (hasView) {
            watcher.state(List.copyOf(view.values()), now);
        }
        return first;
    }

    void unwatch(Watcher watcher) {
        watchers.remove(watcher);
    }

    boolean isWatched() {
        return !watchers.isEmpty();
    }

    long seq() {
        return seq;
    }

    long nextSeq() {
        return ++seq;
    }

    Present present(String user) {
        Mine one = mine.get(user);
        return one == null
                ? new Present(user, 0, 0)
                : new Present(user, one.connections().size(), one.sinceMillis());
    }

    List<Present> everybody() {
        return mine.keySet().stream().map(this::present).toList();
    }

    /** How many renewals ago the last user and watcher left. */
    int emptyRenewals() {
        emptyRenewals = mine.isEmpty() && watchers.isEmpty() ? emptyRenewals + 1 : 0;
        return emptyRenewals;
    }

    // what the entity says

    void changed(Change change) {
        if (!hasView) {
            return; // the view comes, and has it
        }
        boolean news = change.here()
                ? view.putIfAbsent(change.user(), new Here(change.user(), 1, change.timeMillis(), change.timeMillis()))
                        == null
                : view.remove(change.user()) != null;
        if (news) {
            watchers.forEach(watcher -> watcher.changed(change));
        }
    }

    /** The first view is everybody's state; a later one is told as what has changed since. */
    void sees(PresenceAgent.View next) {
        Map<String, Here> users = new HashMap<>();
        next.here().forEach(here -> users.put(here.user(), here));
        if (!hasView) {
            hasView = true;
            view.putAll(users);
            watchers.forEach(watcher -> watcher.state(next.here(), next.timeMillis()));
            return;
        }
        List<Change> changes = new ArrayList<>();
        users.keySet().stream()
                .filter(user -> !view.containsKey(user))
                .forEach(user -> changes.add(new Change(user, true, next.timeMillis())));
        if (next.whole()) {
            view.keySet().stream()
                    .filter(user -> !users.containsKey(user))
                    .forEach(user -> changes.add(new Change(user, false, next.timeMillis())));
        }
        changes.forEach(this::changed);
        view.putAll(users);
    }

    boolean agreesWith(long digest) {
        return hasView && Crowd.digest(view.keySet()) == digest;
    }
}
