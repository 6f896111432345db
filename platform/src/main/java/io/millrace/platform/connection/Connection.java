package io.millrace.platform.connection;

import io.millrace.platform.access.Access;
import io.millrace.platform.access.Login;
import io.millrace.platform.family.Families;
import io.millrace.platform.presence.Presences;
import io.millrace.platform.relay.FamilyFeeds;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.ClientMessage;
import io.millrace.protocol.Code;
import io.millrace.protocol.Control;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Filter;
import io.millrace.protocol.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
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

    sealed interface Command {}

    /** Begins the connection; sent once, by the node whose socket it is, so it may carry what can't travel. */
    record Open(Opening opening, Card card, CompletableFuture<Source<ByteString, NotUsed>> source) implements Command {}

    /** A message from the client. {@code taken} ends when the next one may come. */
    record Said(byte[] utf8, CompletableFuture<Boolean> taken) implements Command {}

    record Pinged(byte[] payload) implements Command {}

    record Ponged() implements Command {}

    /** The client closes by itself. */
    record HangsUp(int closeCode) implements Command {}

    /** The connection has to end, for this reason; {@code after} is when the client may come back, where it may. */
    record End(Code code, String detail, @Nullable Duration after) implements Command {}

    private record LineUp(Line line) implements Command {}

    private record LineDown(@Nullable Code code) implements Command {}

    private record ChannelOver(ChannelName channel) implements Command {}

    private record LoginExpired() implements Command {}

    private record LoginDue() implements Command {}

    /** Whether a login that came as a message is one of as many as its user may have. */
    private record Seated(LoggedIn login, boolean seated) implements Command {}

    private record IdleDue() implements Command {}

    private record Looked(Look look) implements Command {}

    record LoggedIn(ClientMessage.Authenticate message, Login login) implements Command {}

    record LoginRefused(ClientMessage.Authenticate message, Refusal refusal) implements Command {}

    /** What every connection of a node works with. */
    record Surroundings(
            Relays relays,
            FamilyFeeds feeds,
            Families families,
            Access access,
            Admission admission,
            Presences presences,
            ConnectionSettings settings,
            ConnectionMeters meters,
            Conversation.Terms terms,
            Epoch epoch,
            Clock clock) {
        Delivery.Sources sources() {
            return new Delivery.Sources(relays, feeds, families, access, clock, meters);
        }
    }

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Surroundings around;
    private final ConnectionId id;
    private @Nullable Opening opening;
    private @Nullable Card card;
    private @Nullable Attendance attendance;
    private String endedWith = "never-taken-up";
    private @Nullable Line line;
    private @Nullable Login login;
    private @Nullable Conversation conversation;
    private @Nullable Said early;
    private @Nullable CompletableFuture<Boolean> deciding;
    private boolean ended;

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
            return onSaid(said);
        } else if (command instanceof Open open) {
            return onOpen(open);
        } else if (command instanceof LineUp up) {
            return onLineUp(up);
        } else if (command instanceof LineDown down) {
            return onLineDown(down);
        } else if (command instanceof Pinged ping) {
            return onPinged(ping);
        } else if (command instanceof Ponged pong) {
            return onPonged(pong);
        } else if (command instanceof HangsUp hangsUp) {
            return onHangsUp(hangsUp);
        } else if (command instanceof LoggedIn loggedIn) {
            return onLoggedIn(loggedIn);
        } else if (command instanceof ChannelOver over) {
            return onChannelOver(over);
        } else if (command instanceof Seated seated) {
            return onSeated(seated);
        } else if (command instanceof IdleDue) {
            return onIdleDue();
        } else if (command instanceof Looked looked) {
            return onLooked(looked);
        } else if (command instanceof LoginRefused refused) {
            return onLoginRefused(refused);
        } else if (command instanceof LoginDue) {
            return onLoginDue();
        } else if (command instanceof LoginExpired) {
            return onLoginExpired();
        } else if (command instanceof End end) {
            return onEnd(end);
        }
        return Behaviors.unhandled();
    }

    private Behavior<Command> onSignal(Signal signal) {
        return signal instanceof PostStop ? onPostStop() : Behaviors.unhandled();
    }

    private Behavior<Command> onOpen(Open open) {
        opening = open.opening();
        card = open.card();
        login = open.opening().login();
        ActorRef<Command> self = context.getSelf();
        Delivery.Observer observer = new Delivery.Observer() {
            @Override
            public void lineIsUp(Line line) {
                self.tell(new LineUp(line));
            }

            @Override
            public void channelIsOver(ChannelName channel) {
                self.tell(new ChannelOver(channel));
            }

            @Override
            public void lineIsDown(@Nullable Code code) {
                self.tell(new LineDown(code));
            }
        };
        Wire wire = Wire.of(open.opening().transport());
        Source<ByteString, NotUsed> frames = Source.fromGraph(
                new Delivery(wire, open.opening().form(), around.sources(), around.settings(), observer));
        open.source().complete(open.opening().zipped() ? frames.via(new Zipped()) : frames);
        timers.startSingleTimer(new LoginDue(), around.terms().loginTimeout());
        return Behaviors.same();
    }

    private Behavior<Command> onLineUp(LineUp up) {
        line = up.line();
        Opening from = opening;
        Card of = card;
        if (from == null || of == null) {
            return Behaviors.same();
        }
        around.meters().opened(from.transport());
        endedWith = "client-left";
        of.isUp(up.line());
        attendance = new Attendance(of, around.presences());
        context.getLog().debug("Connection {} is up: {}", id, from.transport());
        if (from.transport() == Transport.WEBSOCKET) {
            conversation = new Conversation(context.getSelf(), up.line(), around, from.verifier(), attendance);
        }
        if (login != null) {
            welcome(up.line(), login);
        }
        Said waiting = early;
        early = null;
        return waiting == null ? Behaviors.same() : onSaid(waiting);
    }

    private void welcome(Line line, Login login) {
        timers.cancel(new LoginDue());
        if (card != null) {
            Traffic.connected(card, login);
        }
        watchExpiry(login);
        watchIdleness();
        Opening from = opening;
        if (conversation != null) {
            conversation.isLoggedIn(login);
            line.say(firstWords(login).ofSocket());
            if (from != null && from.caller().own()) {
                conversation.subscribeOwn(new ClientMessage.SubscribeOwn(null, null, Filter.NONE), login);
            }
        } else if (from != null && from.family() != null) {
            line.followFamily(login, from.family(), firstWords(login)::ofFamily);
        } else if (from != null) {
            attends(line, from);
            line.follow(login, from.wants(), firstWords(login)::ofStream);
        }
    }

    private FirstWords firstWords(Login login) {
        return new FirstWords(id, login, around.epoch(), around.settings().heartbeat());
    }

    private void watchExpiry(Login login) {
        Instant expires = login.expiresAt();
        if (expires != null) {
            Duration left = Duration.between(around.clock().instant(), expires);
            timers.startSingleTimer(new LoginExpired(), left.isNegative() ? Duration.ZERO : left);
        }
    }

    private void attends(Line line, Opening from) {
        Attendance attends = attendance;
        if (attends != null) {
            Consumer<Control.Presence> hears =
                    from.caller().presence() ? presence -> line.say(Wire.SSE.control(presence, null)) : null;
            from.wants().forEach(want -> attends.follows(want.channel(), hears));
        }
    }

    private void watchIdleness() {
        if (card != null && !idle(card).isZero()) {
            timers.startSingleTimer(new IdleDue(), idle(card));
        }
    }

    private Duration idle(Card of) {
        return around.admission().limitsOf(of).idle();
    }

    private Behavior<Command> onIdleDue() {
        ActorRef<Command> self = context.getSelf();
        if (line != null) {
            line.look(look -> self.tell(new Looked(look)));
        }
        return Behaviors.same();
    }

    /** Neither has the client said anything nor was an event delivered to it for as long as is allowed; or look again. */
    private Behavior<Command> onLooked(Looked looked) {
        if (card == null) {
            return Behaviors.same();
        }
        long active = Math.max(card.heardNanos(), looked.look().eventNanos());
        Duration left = idle(card).minusNanos(System.nanoTime() - active);
        if (left.isNegative() || left.isZero()) {
            return end(Refusal.of(Code.IDLE), null);
        }
        timers.startSingleTimer(new IdleDue(), left);
        return Behaviors.same();
    }

    private Behavior<Command> onSaid(Said said) {
        if (card != null) {
            card.hears();
        }
        if (line == null && !ended) {
            early = said; // there is only one: the next comes when this one is taken
            return Behaviors.same();
        }
        if (conversation != null && !ended && conversation.hear(said.utf8())) {
            deciding = said.taken(); // who logs in may say at once what needs the login
        } else {
            said.taken().complete(!ended);
        }
        return Behaviors.same();
    }

    private void loginIsDecided() {
        if (deciding != null) {
            deciding.complete(!ended);
            deciding = null;
        }
    }

    private Behavior<Command> onChannelOver(ChannelOver over) {
        if (conversation != null) {
            conversation.isOver(over.channel());
        }
        return Behaviors.same();
    }

    private Behavior<Command> onPinged(Pinged pinged) {
        if (line != null) {
            line.say(Wire.pong(pinged.payload()));
        }
        return Behaviors.same();
    }

    private Behavior<Command> onPonged(Ponged ponged) {
        if (line != null) {
            line.alive();
        }
        return Behaviors.same();
    }

    private Behavior<Command> onHangsUp(HangsUp hangsUp) {
        ended = true;
        if (line != null) {
            line.hangUp(hangsUp.closeCode());
        }
        return Behaviors.same();
    }

    private Behavior<Command> onLoggedIn(LoggedIn loggedIn) {
        Login renewed = loggedIn.login();
        Login known = login;
        if (conversation == null || line == null || ended) {
            return Behaviors.same();
        }
        if (known != null && !known.subject().equals(renewed.subject())) {
            conversation.refuse(
                    loggedIn.message().ref(),
                    Refusal.of(Code.FORBIDDEN, "a login can be renewed only by a token of the same subject"));
            loginIsDecided();
            return Behaviors.same();
        }
        if (known == null && card != null) {
            ActorRef<Command> self = context.getSelf();
            around.admission().byUser(card, renewed).thenAccept(seated -> self.tell(new Seated(loggedIn, seated)));
            return Behaviors.same();
        }
        return isLoggedIn(line, conversation, loggedIn);
    }

    private Behavior<Command> onSeated(Seated answer) {
        if (conversation == null || line == null || ended || login != null) {
            return Behaviors.same();
        }
        if (!answer.seated()) {
            return end(around.admission().userIsFull(), null);
        }
        return isLoggedIn(line, conversation, answer.login());
    }

    private Behavior<Command> isLoggedIn(Line line, Conversation conversation, LoggedIn loggedIn) {
        Login renewed = loggedIn.login();
        boolean first = login == null;
        login = renewed;
        if (card != null) {
            card.isLoggedIn(renewed);
        }
        Integer compress = loggedIn.message().compress();
        Opening from = opening;
        if (compress != null && from != null) {
            line.write(from.form().compressedAbove(compress));
        }
        if (first) {
            welcome(line, renewed);
        } else {
            watchExpiry(renewed);
            line.seeAs(renewed);
            conversation.isLoggedIn(renewed);
        }
        conversation.answerLogin(loggedIn.message(), renewed);
        if (loggedIn.message().own()) {
            conversation.subscribeOwn(
                    new ClientMessage.SubscribeOwn(loggedIn.message().ref(), null, Filter.NONE), renewed);
        }
        loginIsDecided();
        return Behaviors.same();
    }

    private Behavior<Command> onLoginRefused(LoginRefused refused) {
        if (login == null) {
            return end(refused.refusal(), null);
        }
        if (conversation != null) {
            conversation.refuse(refused.message().ref(), refused.refusal());
        }
        loginIsDecided();
        return Behaviors.same();
    }

    private Behavior<Command> onLoginDue() {
        if (line == null) {
            context.getLog().debug("Connection {} was never taken up", id);
            return Behaviors.stopped();
        }
        return login == null ? end(Refusal.of(Code.LOGIN_TIMEOUT), null) : Behaviors.same();
    }

    private Behavior<Command> onLoginExpired() {
        return end(Refusal.of(Code.TOKEN_EXPIRED), null);
    }

    private Behavior<Command> onEnd(End end) {
        return end(Refusal.of(end.code(), end.detail()), end.after());
    }

    private Behavior<Command> end(Refusal reason, @Nullable Duration after) {
        if (line != null && !ended) {
            ended = true;
            Control lastWord =
                    after == null ? new Control.Problem(reason) : new Control.Reconnect(after, reason.code());
            line.end(lastWord, reason.code());
        }
        return Behaviors.same();
    }

    private Behavior<Command> onLineDown(LineDown down) {
        Opening from = opening;
        if (from != null && line != null) {
            String code = down.code() == null ? "client-left" : down.code().code();
            endedWith = code;
            around.meters().closed(from.transport(), code);
            context.getLog().debug("Connection {} has ended: {}", id, code);
            line = null;
        }
        return Behaviors.stopped();
    }

    private Behavior<Command> onPostStop() {
        ended |= line == null;
        loginIsDecided();
        if (card != null) {
            card.isUp(null);
            if (attendance != null) {
                attendance.isOver();
            }
            around.admission().left(card, endedWith);
            Traffic.disconnected(card, endedWith);
        }
        if (line != null) {
            end(Refusal.of(Code.GOING_AWAY), Duration.ofSeconds(1));
        }
        return Behaviors.same();
    }
}
