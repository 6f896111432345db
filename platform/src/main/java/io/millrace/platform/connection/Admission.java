package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.platform.presence.Seats;
import io.millrace.protocol.Code;
import io.millrace.protocol.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Who may connect: so many connections of a user in the cluster, so many from an address on this node. The newcomer is
 * refused with a time to come back; nobody who is here is ever put out for it.
 */
final class Admission {
    private final Roster roster;
    private final Seats seats;
    private final LimitSettings limits;
    private final ConnectionMeters meters;
    private final Clock clock;

    Admission(Roster roster, Seats seats, LimitSettings limits, ConnectionMeters meters, Clock clock) {
        this.roster = roster;
        this.seats = seats;
        this.limits = limits;
        this.meters = meters;
        this.clock = clock;
    }

    LimitSettings limitsOf(Card card) {
        LimitSettings own = card.caller().limits();
        return own == null ? limits : own;
    }

    /** Takes the connection in by its address; a refusal otherwise. */
    void byAddress(Card card) {
        if (!roster.admit(card, limitsOf(card).perAddress())) {
            throw new NotAdmitted(refused("this address has as many connections as allowed"));
        }
    }

    /**
     * Takes the login's place; false where its user has as many as allowed.
     *
     * @param instead the connection whose session it goes on with, and whose place it gets
     */
    CompletionStage<Boolean> byUser(Card card, Login login, @Nullable String instead) {
        return seats.take(
                login.subject(), card.id().value(), instead, limitsOf(card).perUser());
    }

    /** Its session waits for its client. It is one of its user's still, but nobody's at its address. */
    void away(Card card) {
        roster.away(card);
    }

    /** It never began. */
    NotAdmitted turnedAway(Card card) {
        roster.withdraw(card);
        return new NotAdmitted(userIsFull());
    }

    Refusal userIsFull() {
        return refused("this user has as many connections as allowed");
    }

    void left(Card card, String code) {
        roster.release(card, code, clock.instant());
        Login login = card.login();
        if (login != null) {
            seats.leave(login.subject(), card.id().value());
        }
    }

    /** Each newcomer its own time, so that those who were refused together don't come back together. */
    private Refusal refused(String why) {
        meters.refused(Code.TOO_MANY_CONNECTIONS);
        Duration after = Duration.ofSeconds(ThreadLocalRandom.current().nextInt(5, 16));
        return Refusal.of(Code.TOO_MANY_CONNECTIONS, why, after);
    }
}
