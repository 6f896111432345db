package io.millrace.platform.ops;

import io.millrace.persistence.JournalUnavailable;
import io.millrace.persistence.Storage;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/** Whether this node should be sent work: what a load balancer asks, and the truth a node tells of itself. */
public final class Readiness {

    /** How far this node's life has come. */
    public enum Phase {
        STARTING,
        SERVING,
        LEAVING
    }

    private final Cluster cluster;
    private final Storage storage;
    private volatile Phase phase = Phase.STARTING;

    public Readiness(ActorSystem<?> system, Storage storage) {
        this.cluster = Cluster.get(system);
        this.storage = storage;
    }

    public void is(Phase next) {
        phase = next;
    }

    public Phase phase() {
        return phase;
    }

    /** Each check by its name, with what it found; all must be {@code ok}. Blocks for some seconds at the most. */
    public Map<String, String> checks() {
        Map<String, String> checks = new LinkedHashMap<>();
        checks.put("phase", phase == Phase.SERVING ? "ok" : phase.name().toLowerCase(Locale.ROOT));
        MemberStatus status = cluster.selfMember().status();
        checks.put("cluster", status.equals(MemberStatus.up()) ? "ok" : "this node is " + status);
        checks.put("database", database());
        return checks;
    }

    private String database() {
        try {
            if (!storage.answers()) {
                return "does not answer";
            }
            return storage.epochHolds() ? "ok" : "is in another epoch: start this node again";
        } catch (JournalUnavailable away) {
            return "does not answer";
        }
    }
}
