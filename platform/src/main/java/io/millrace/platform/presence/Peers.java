package io.millrace.platform.presence;

import java.util.HashSet;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/** The same actor on every node of the cluster, as far as this node has heard of them; its own is always among them. */
public final class Peers<T> {
    private volatile Set<ActorRef<T>> all;
    private volatile Set<ActorRef<T>> reachable;

    private Peers(ActorRef<T> own) {
        this.all = Set.of(own);
        this.reachable = all;
    }

    /** Makes {@code own} known to the other nodes, and follows who else is there. */
    public static <T> Peers<T> of(ActorSystem<?> system, ServiceKey<T> key, ActorRef<T> own) {
        Peers<T> peers = new Peers<>(own);
        system.systemActorOf(
                Behaviors.<Receptionist.Listing>setup(context -> {
                    context.getSystem().receptionist().tell(Receptionist.subscribe(key, context.getSelf()));
                    return Behaviors.receive(Receptionist.Listing.class)
                            .onMessage(Receptionist.Listing.class, listing -> {
                                peers.all = with(own, listing.getAllServiceInstances(key));
                                peers.reachable = with(own, listing.getServiceInstances(key));
                                return Behaviors.same();
                            })
                            .build();
                }),
                "peers-of-" + key.id(),
                Props.empty());
        system.receptionist().tell(Receptionist.register(key, own));
        return peers;
    }

    private static <T> Set<ActorRef<T>> with(ActorRef<T> own, Set<ActorRef<T>> others) {
        Set<ActorRef<T>> all = new HashSet<>(others);
        all.add(own);
        return Set.copyOf(all);
    }

    /** Every one, those of nodes that don't answer at the moment too. */
    public Set<ActorRef<T>> all() {
        return all;
    }

    public Set<ActorRef<T>> reachable() {
        return reachable;
    }
}
