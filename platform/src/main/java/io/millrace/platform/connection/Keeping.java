package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.protocol.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Lets a connection's session outlive its line: the client was told a secret, and whoever shows it takes the session over,
 * on whatever node. Its connection's own.
 *
 * <pre>
 *   Live       -- the line is down, but not for good ---> Away        its user stays present for a while
 *   Live, Away -- claimed ------------------------------> HandedOver  a line that is still up ends with replaced
 *   Away       -- its time is over, or too many wait ---> stopped
 *   Away       -- ended, so that it can't be gone on ---> Over        says why as long as it would have waited
 *   HandedOver -- a moment later, and the line is down -> stopped
 * </pre>
 *
 * The moment is there for presence: the next connection's user has come before this one's leaves.
 */
final class Keeping {
    private static final Duration MOMENT = Duration.ofSeconds(1);

    /** After these, and where the client is just gone, it is to come back. */
    private static final Set<Code> FOR_A_WHILE = EnumSet.of(
            Code.GOING_AWAY, Code.SLOW_CLIENT, Code.PONG_TIMEOUT, Code.WRITE_TIMEOUT, Code.CHANNEL_UNAVAILABLE);

    sealed interface Sign extends Connection.Command {}

    /**
     * A client wants to go on with the session.
     *
     * @param proof of its secret
     * @param user who it is, where it has logged in besides
     */
    record Claim(
            String connectionId, String proof, Transport transport, @Nullable String user, ActorRef<Claimed> replyTo)
            implements Sign, Travels {}

    /** What a line that is still up follows. */
    private record Looked(Followed followed, ActorRef<Claimed> replyTo) implements Sign {}

    private record PresenceOver() implements Sign {}

    /** Nobody came for it in time, or there is no room to wait any longer. */
    record WaitOver() implements Sign {}

    private record MomentOver() implements Sign {}

    private final Connection connection;
    private final ActorRef<Connection.Command> self;
    private final TimerScheduler<Connection.Command> timers;
    private final Surroundings around;
    private final Card card;
    private final Attendance attendance;
    private final byte[] secretHash;
    private @Nullable Line line;
    private @Nullable Followed followed;
    private @Nullable Code over;
    private boolean handedOver;
    private boolean settled;

    Keeping(
            Connection connection,
            ActorRef<Connection.Command> self,
            TimerScheduler<Connection.Command> timers,
            Surroundings around,
            Card card,
            Attendance attendance,
            Line line,
            String secret) {
        this.connection = connection;
        this.self = self;
        this.timers = timers;
        this.around = around;
        this.card = card;
        this.attendance = attendance;
        this.line = line;
        this.secretHash = Secret.hash(secret);
        around.sessions().keeps(card.id(), self);
    }

    /** Says whether the connection's actor goes on. */
    boolean on(Sign sign) {
        if (sign instanceof Claim claim) {
            onClaim(claim);
        } else if (sign instanceof Looked looked) {
            handOver(looked.followed(), looked.replyTo());
        } else if (sign instanceof PresenceOver) {
            attendance.isOver();
        } else if (sign instanceof MomentOver) {
            settled = true;
            return line != null;
        } else if (sign instanceof WaitOver) {
            around.meters().sessionLost();
            return false;
        }
        return true;
    }

    /** Says whether the session waits for its client, or was handed over a moment ago. */
    boolean lineIsDown(@Nullable Code code, boolean forGood, Followed left) {
        line = null;
        if (handedOver) {
            return !settled;
        }
        if (forGood || !(code == null || FOR_A_WHILE.contains(code))) {
            return false;
        }
        followed = left.hearing(attendance::hears);
        attendance.hearsNoMore();
        ConnectionSettings.Session settings = around.settings().session();
        timers.startSingleTimer(new PresenceOver(), settings.presence());
        timers.startSingleTimer(new WaitOver(), settings.window());
        around.admission().away(card);
        around.sessions().waits(card.id(), self);
        return true;
    }

    /** Ends a session that waits; says whether something is left of it, to tell a client that comes why. */
    boolean end(Code code) {
        if (code == Code.GOING_AWAY) {
            return true; // whoever comes for it before the node has left may have it
        }
        over = code;
        attendance.isOver();
        around.admission().left(card, code.code());
        return !code.retry();
    }

    boolean isAway() {
        return followed != null;
    }

    void stops() {
        around.sessions().forgets(card.id());
    }

    private void onClaim(Claim claim) {
        Login login = card.login();
        Line up = line;
        if (login == null || handedOver || !fits(claim, login)) {
            claim.replyTo().tell(Claimed.UNKNOWN);
            return;
        }
        Code refused = refusal(login);
        if (refused != null) {
            claim.replyTo().tell(Claimed.refused(refused));
        } else if (followed != null) {
            handOver(followed, claim.replyTo());
        } else if (up != null) {
            up.hold(now -> self.tell(new Looked(now.hearing(attendance::hears), claim.replyTo())));
        } else {
            claim.replyTo().tell(Claimed.UNKNOWN);
        }
    }

    private boolean fits(Claim claim, Login login) {
        return Secret.isProven(secretHash, claim.proof())
                && claim.transport() == card.transport()
                && (claim.user() == null || claim.user().equals(login.subject()));
    }

    private @Nullable Code refusal(Login login) {
        Instant now = around.clock().instant();
        if (over != null) {
            return over;
        }
        return around.access().isRevoked(login, now) ? Code.REVOKED : login.expired(now) ? Code.TOKEN_EXPIRED : null;
    }

    private void handOver(Followed what, ActorRef<Claimed> replyTo) {
        Login login = card.login();
        if (handedOver || login == null) {
            replyTo.tell(Claimed.UNKNOWN);
            return;
        }
        handedOver = true;
        replyTo.tell(Claimed.granted(new Session(card.id().value(), login, what.form(), what.held())));
        timers.cancel(new WaitOver());
        timers.startSingleTimer(new MomentOver(), MOMENT);
        around.sessions().forgets(card.id());
        connection.isReplaced();
    }
}
