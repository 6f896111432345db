package io.millrace.platform.connection;

import io.millrace.platform.presence.Peers;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.typed.Cluster;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of this node, which clients may come back to, and the way to those of the others. A session is asked for at
 * the node that its connection id names, and never made by being asked for. For many threads.
 */
final class Sessions {
    private static final ServiceKey<Keeping.Claim> KEY = ServiceKey.create(Keeping.Claim.class, "sessions");

    /** A node that doesn't answer so long is as good as dead; the client is told to go on by its cursor. */
    private static final Duration PATIENCE = Duration.ofMillis(1500);

    private final ActorSystem<?> system;
    private final int mostWaiting;
    private final ConnectionMeters meters;
    private final Map<String, ActorRef<Connection.Command>> here = new ConcurrentHashMap<>();
    private final Map<String, ActorRef<Connection.Command>> waiting = new LinkedHashMap<>();
    private final ActorRef<Keeping.Claim> desk;
    private final Peers<Keeping.Claim> desks;

    private Sessions(ActorSystem<?> system, int mostWaiting, ConnectionMeters meters) {
        this.system = system;
        this.mostWaiting = mostWaiting;
        this.meters = meters;
        this.desk = system.systemActorOf(
                Behaviors.receiveMessage(claim -> {
                    pass(claim);
                    return Behaviors.same();
                }),
                "sessions",
                Props.empty());
        this.desks = Peers.of(system, KEY, desk);
    }

    static Sessions start(ActorSystem<?> system, ConnectionSettings.Session settings, ConnectionMeters meters) {
        Sessions sessions = new Sessions(system, settings.waiting(), meters);
        meters.waitingSessions(sessions::waiting);
        return sessions;
    }

    /** How many wait for their clients. */
    int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    // for clients who come back, here

    /** @param user who the client is, where it has logged in besides */
    CompletionStage<Claimed> claim(String connectionId, String secret, Transport transport, @Nullable String user) {
        ActorRef<Keeping.Claim> node = deskOf(ConnectionId.nodeOf(connectionId));
        CompletionStage<Claimed> answer = node == null
                ? CompletableFuture.completedFuture(Claimed.UNKNOWN)
                : AskPattern.<Keeping.Claim, Claimed>ask(
                                node,
                                replyTo ->
                                        new Keeping.Claim(connectionId, Secret.proof(secret), transport, user, replyTo),
                                PATIENCE,
                                system.scheduler())
                        .exceptionally(late -> Claimed.UNKNOWN);
        return answer.thenApply(claimed -> {
            meters.sessionClaimed(claimed);
            return claimed;
        });
    }

    private @Nullable ActorRef<Keeping.Claim> deskOf(String node) {
        Cluster cluster = Cluster.get(system);
        if (named(cluster.selfMember(), node)) {
            return desk;
        }
        Address address = StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                .filter(member -> named(member, node))
                .map(Member::address)
                .findFirst()
                .orElse(null);
        return desks.reachable().stream()
                .filter(each -> each.path().address().equals(address))
                .findFirst()
                .orElse(null);
    }

    private static boolean named(Member member, String node) {
        return Long.toHexString(member.uniqueAddress().longUid()).equals(node);
    }

    private void pass(Keeping.Claim claim) {
        ActorRef<Connection.Command> connection = here.get(claim.connectionId());
        if (connection == null) {
            claim.replyTo().tell(Claimed.UNKNOWN);
        } else {
            connection.tell(claim);
        }
    }

    // for the connections of this node

    void keeps(ConnectionId id, ActorRef<Connection.Command> connection) {
        here.put(id.value(), connection);
    }

    /** Its client is away. Where more wait than may, those who have waited longest give way. */
    void waits(ConnectionId id, ActorRef<Connection.Command> connection) {
        synchronized (waiting) {
            waiting.put(id.value(), connection);
            Iterator<ActorRef<Connection.Command>> longest = waiting.values().iterator();
            while (waiting.size() > mostWaiting) {
                longest.next().tell(new Keeping.WaitOver());
                longest.remove();
            }
        }
    }

    void forgets(ConnectionId id) {
        here.remove(id.value());
        synchronized (waiting) {
            waiting.remove(id.value());
        }
    }
}
