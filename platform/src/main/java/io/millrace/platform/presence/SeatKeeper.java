package io.millrace.platform.presence;

import java.util.List;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/** Tells a user's entity which of the user's connections this node has. One on every node. */
final class SeatKeeper {
    static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "seat-keeper");

    private SeatKeeper() {}

    sealed interface Command {}

    record WhoSits(String user, ActorRef<UserSeats.Command> replyTo) implements Command, Travels {}

    static Behavior<Command> create(Function<String, List<String>> sitting) {
        return Behaviors.receive(Command.class)
                .onMessage(WhoSits.class, who -> {
                    who.replyTo().tell(new UserSeats.Sitting(sitting.apply(who.user())));
                    return Behaviors.same();
                })
                .build();
    }
}
