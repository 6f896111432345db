package io.millrace.platform.connection;

import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** Finds that neither has the client said anything nor was an event delivered to it for as long as is allowed. */
final class Idleness {

    sealed interface Sign extends Connection.Command {}

    private record LookDue() implements Sign {}

    private record Looked(Look look) implements Sign {}

    private final ActorRef<Connection.Command> self;
    private final TimerScheduler<Connection.Command> timers;
    private final Card card;
    private final Line line;
    private final Duration allowed;

    private Idleness(
            ActorRef<Connection.Command> self,
            TimerScheduler<Connection.Command> timers,
            Card card,
            Line line,
            Duration allowed) {
        this.self = self;
        this.timers = timers;
        this.card = card;
        this.line = line;
        this.allowed = allowed;
    }

    static Idleness watch(
            ActorRef<Connection.Command> self,
            TimerScheduler<Connection.Command> timers,
            Card card,
            Line line,
            Duration allowed) {
        Idleness watching = new Idleness(self, timers, card, line, allowed);
        timers.startSingleTimer(new LookDue(), allowed);
        return watching;
    }

    /** Says whether the time is up. */
    boolean on(Sign sign) {
        if (!(sign instanceof Looked looked)) {
            line.look(look -> self.tell(new Looked(look)));
            return false;
        }
        long active = Math.max(card.heardNanos(), looked.look().eventNanos());
        Duration left = allowed.minusNanos(System.nanoTime() - active);
        if (left.isNegative() || left.isZero()) {
            return true;
        }
        timers.startSingleTimer(new LookDue(), left);
        return false;
    }
}
