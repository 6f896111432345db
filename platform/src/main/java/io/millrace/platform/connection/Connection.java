package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.protocol.Code;
import io.millrace.protocol.Control;
import io.millrace.protocol.Refusal;
import io.millrace.protocol.WsDecoder;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection, as an actor on the node of its socket: who it is, what it may, how it ends. What goes out to it
 * is its {@link Delivery}'s, which this actor commands through a {@link Line}.
 *
 * <pre>
 *   Waiting  -- Open, the line is up, a login is known ----> Open      says connected
 *   Waiting  -- no login in time --------------------------> Ending
 *   Open     -- the login expires, End, the node leaves ---> Ending    says why
 *   any      -- the line is down --------------------------> stopped
 * </pre>
 */
final class Connection {
    static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "connection");

    sealed interface Command
            permits Open,
                    Said,
                    Pinged,
                    Ponged,
                    HangsUp,
                    End,
                    LoginExpired,
                    LoginDue,
                    Reports.Report,
                    SocketLogin.Answer,
                    Idleness.Sign,
                    Keeping.Sign {}

    /** Begins the connection; sent once, by the node whose socket it is, so it may carry what can't travel. */
    record Open(Opening opening, Card card, CompletableFuture<Source<ByteString, NotUsed>> source) implements Command {}

    /** A message from the client. {@code taken} ends when the next one may come. */
    record Said(byte[] utf8, CompletableFuture<Boolean> taken) implements Command {}

    record Pinged(byte[] payload) implements Command {}

    record Ponged() implements Command {}

    /** The client closes by itself. */
    record HangsUp(int closeCode) implements Command {
        /** [spec] RFC 6455, 7.4.1: 1000 "the purpose [...] has been fulfilled", 1001 "a browser having navigated away". */
        boolean isForGood() {
            return closeCode == 1000 || closeCode == 1001;
        }
    }

    /** The connection has to end, for this reason; {@code after} is when the client may come back, where it may. */
    record End(Code code, String detail, @Nullable Duration after) implements Command {}

    private record LoginExpired() implements Command {}

    private record LoginDue() implements Command {}

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Surroundings around;
    private final ConnectionId id;
    private @Nullable Opening opening;
    private @Nullable Card card;
    private @Nullable Attendance attendance;
    private @Nullable Line line;
    private Wire wire = Manner.OURS.wire(Transport.SSE);
    private @Nullable SocketLogin socket;
    private @Nullable Idleness idleness;
    private @Nullable Keeping keeping;
    private @Nullable Said early;
    private String endedWith = "never-taken-up";
    private boolean ended;
    private boolean goodbye;

    private Connection(
            ActorContext<Command> context, TimerScheduler<Command> timers, Surroundings around, ConnectionId id) {
        this.context = context;
        this.timers = timers;
        this.around = around;
        this.id = id;
    }

    static Behavior<Command> create(ConnectionId id, Surroundings around) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            Connection connection = new Connection(context, timers, around, id);
            return Behaviors.receive(
                    (same, command) -> connection.onCommand(command), (same, signal) -> connection.onSignal(signal));
        }));
    }

    /** By hand: a builder's behavior keeps an object for each kind of command, and there is a behavior a connection. */
    private Behavior<Command> onCommand(Command command) {
        if (command instanceof Said said) {
            onSaid(said);
        } else if (command instanceof Open open) {
            onOpen(open);
        } else if (command instanceof Reports.LineUp up) {
            onLineUp(up.line());
        } else if (command instanceof Reports.LineDown down) {
            return onLineDown(down);
        } else if (command instanceof Pinged pinged) {
            onPinged(pinged);
        } else if (command instanceof Ponged) {
            onPonged();
        } else if (command instanceof HangsUp hangsUp) {
            onHangsUp(hangsUp);
        } else if (command instanceof SocketLogin.Answer answer) {
            onAnswer(answer);
        } else if (command instanceof Reports.ChannelOver over) {
            onChannelOver(over);
        } else if (command instanceof Idleness.Sign sign) {
            onSign(sign);
        } else if (command instanceof Keeping.Sign sign) {
            return keeping != null && keeping.on(sign) ? Behaviors.same() : Behaviors.stopped();
        } else if (command instanceof LoginDue) {
            return onLoginDue();
        } else if (command instanceof LoginExpired) {
            end(Refusal.of(Code.TOKEN_EXPIRED));
        } else if (command instanceof End end) {
            return onEnd(end);
        }
        return Behaviors.same();
    }

    private Behavior<Command> onSignal(Signal signal) {
        return signal instanceof PostStop ? onPostStop() : Behaviors.unhandled();
    }

    // beginning

    private void onOpen(Open open) {
        opening = open.opening();
        card = open.card();
        Manner manner = open.opening().arrival().manner();
        Wire spoken = manner.wire(open.opening().transport());
        ConnectionSettings settings = manner.settings(around.settings());
        wire = spoken;
        Source<ByteString, NotUsed> frames = Source.fromGraph(new Delivery(
                spoken, open.opening().form(), around.sources(), settings, new Reports(context.getSelf())));
        open.source().complete(open.opening().zipped() ? frames.via(new Zipped()) : frames);
        timers.startSingleTimer(new LoginDue(), around.terms().loginTimeout());
    }

    private void onLineUp(Line up) {
        Opening from = opening;
        Card of = card;
        if (from == null || of == null) {
            return;
        }
        line = up;
        around.meters().opened(from.transport());
        endedWith = "client-left";
        of.isUp(up);
        Attendance attends = new Attendance(of, around.presences());
        attendance = attends;
        context.getLog().debug("Connection {} is up: {}", id, from.transport());
        if (from.transport() == Transport.WEBSOCKET) {
            socket = new SocketLogin(this, context.getSelf(), around, from, of, up, wire, attends);
        }
        Login login = of.login();
        if (login != null && socket != null) {
            socket.isWelcome(login);
        } else if (login != null) {
            isWelcome(login);
        } else if (socket != null && from.arrival().token() != null) {
            socket.presents(from.arrival().token());
        }
        Said waiting = early;
        early = null;
        if (waiting != null) {
            onSaid(waiting);
        }
    }

    /** It is known who the client is: the first words go out. */
    void isWelcome(Login login) {
        Line up = line;
        Opening from = opening;
        Card of = card;
        Attendance attends = attendance;
        if (up == null || from == null || of == null || attends == null) {
            return;
        }
        timers.cancel(new LoginDue());
        attends.begins(login);
        isRenewed(login);
        watchIdleness(of, up);
        ConnectionSettings settings = from.arrival().manner().settings(around.settings());
        FirstWords words = new FirstWords(
                wire,
                id,
                login,
                around.epoch(),
                wire.silence(settings.heartbeat()),
                session(from.caller(), of, attends, up));
        if (socket != null) {
            up.say(words.ofSocket());
            socket.conversation().isLoggedIn(login);
        } else if (from.family() != null) {
            up.followFamily(login, from.family(), words::ofFamily);
        } else {
            Consumer<Control.Presence> hears =
                    from.caller().presence() ? presence -> up.say(wire.control(presence, null)) : null;
            from.wants().forEach(want -> attends.follows(want.channel(), hears));
            up.follow(login, from.wants(), words::ofStream);
        }
    }

    /** The login counts from now on, as long as it says. */
    void isRenewed(Login login) {
        if (card != null) {
            card.isLoggedIn(login);
        }
        Instant expires = login.expiresAt();
        timers.cancel(new LoginExpired());
        if (expires != null) {
            Duration left = Duration.between(around.clock().instant(), expires);
            timers.startSingleTimer(new LoginExpired(), left.isNegative() ? Duration.ZERO : left);
        }
    }

    private void watchIdleness(Card of, Line up) {
        Duration allowed = around.admission().limitsOf(of).idle();
        if (!allowed.isZero()) {
            idleness = Idleness.watch(context.getSelf(), timers, of, up, allowed);
        }
    }

    /** How the client may come back to its session, where it asked for one. */
    private Control.@Nullable Session session(Caller caller, Card of, Attendance attends, Line up) {
        Duration window = around.settings().session().window();
        if (!caller.session() || window.isZero()) {
            return null;
        }
        String secret = Secret.mint();
        keeping = new Keeping(this, context.getSelf(), timers, around, of, attends, up, secret);
        return new Control.Session(secret, window, caller.resumes() != null);
    }

    // what comes in

    private void onSaid(Said said) {
        if (card != null) {
            card.hears();
        }
        if (line == null && !ended) {
            early = said; // there is only one: the next comes when this one is taken
        } else if (socket != null && !ended) {
            socket.onSaid(said);
        } else {
            said.taken().complete(!ended);
        }
    }

    private void onAnswer(SocketLogin.Answer answer) {
        if (socket != null && !ended) {
            socket.on(answer);
        }
    }

    private void onSign(Idleness.Sign sign) {
        if (idleness != null && idleness.on(sign)) {
            end(Refusal.of(Code.IDLE));
        }
    }

    private void onChannelOver(Reports.ChannelOver over) {
        if (socket != null) {
            socket.conversation().isOver(over.channel());
        }
    }

    private void onPinged(Pinged pinged) {
        if (line != null) {
            line.say(Wire.pong(pinged.payload()));
        }
    }

    private void onPonged() {
        if (line != null) {
            line.alive();
        }
    }

    // ending

    private void onHangsUp(HangsUp hangsUp) {
        ended = true;
        goodbye = hangsUp.isForGood();
        if (line != null) {
            line.hangUp(hangsUp.closeCode() == WsDecoder.NO_CODE ? 1000 : hangsUp.closeCode());
        }
    }

    private Behavior<Command> onLoginDue() {
        if (line == null) {
            context.getLog().debug("Connection {} was never taken up", id);
            return Behaviors.stopped();
        }
        end(Refusal.of(Code.LOGIN_TIMEOUT));
        return Behaviors.same();
    }

    private Behavior<Command> onEnd(End end) {
        if (keeping != null && keeping.isAway()) {
            return keeping.end(end.code()) ? Behaviors.same() : Behaviors.stopped();
        }
        end(Refusal.of(end.code(), end.detail()), end.after());
        return Behaviors.same();
    }

    /** A newer connection goes on with the session. */
    void isReplaced() {
        endedWith = Code.REPLACED.code();
        end(Refusal.of(Code.REPLACED));
    }

    void end(Refusal reason) {
        end(reason, null);
    }

    private void end(Refusal reason, @Nullable Duration after) {
        if (line != null && !ended) {
            ended = true;
            Control lastWord =
                    after == null ? new Control.Problem(reason) : new Control.Reconnect(after, reason.code());
            line.end(lastWord, reason.code());
        }
    }

    private Behavior<Command> onLineDown(Reports.LineDown down) {
        if (opening != null && line != null) {
            endedWith = down.code() == null ? "client-left" : down.code().code();
            around.meters().closed(opening.transport(), endedWith);
            context.getLog().debug("Connection {} has ended: {}", id, endedWith);
        }
        leavesLine();
        if (keeping == null || !keeping.lineIsDown(down.code(), goodbye, down.followed())) {
            return Behaviors.stopped();
        }
        timers.cancel(new LoginExpired());
        return Behaviors.same();
    }

    private void leavesLine() {
        line = null;
        if (socket != null) {
            socket.isDecided(false);
            socket = null;
        }
        idleness = null;
        if (card != null) {
            card.isUp(null);
        }
    }

    private Behavior<Command> onPostStop() {
        if (keeping != null) {
            keeping.stops();
        }
        if (card != null) {
            if (attendance != null) {
                attendance.isOver();
            }
            around.admission().left(card, endedWith);
            Traffic.disconnected(card, endedWith);
        }
        end(Refusal.of(Code.GOING_AWAY), Duration.ofSeconds(1));
        leavesLine();
        return Behaviors.same();
    }
}
