package io.millrace.platform.connection;

import io.millrace.platform.access.Access;
import io.millrace.platform.access.Login;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ClientMessage;
import io.millrace.protocol.Code;
import io.millrace.protocol.Control;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Refusal;
import io.millrace.protocol.ServerMessage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
    record Open(Opening opening, CompletableFuture<Source<ByteString, NotUsed>> source, Runnable whenOver)
            implements Command {}

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

    private record LoginExpired() implements Command {}

    private record LoginDue() implements Command {}

    record LoggedIn(ClientMessage.Authenticate message, Login login) implements Command {}

    record LoginRefused(ClientMessage.Authenticate message, Refusal refusal) implements Command {}

    /** What every connection of a node works with. */
    record Surroundings(
            Relays relays,
            Access access,
            ConnectionSettings settings,
            ConnectionMeters meters,
            Conversation.Terms terms,
            Epoch epoch,
            Clock clock) {}

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Surroundings around;
    private final ConnectionId id;
    private @Nullable Opening opening;
    private Runnable whenOver = () -> {};
    private @Nullable Line line;
    private @Nullable Login login;
    private @Nullable Conversation conversation;
    private @Nullable Said early;
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
        whenOver = open.whenOver();
        login = open.opening().login();
        ActorRef<Command> self = context.getSelf();
        Delivery.Observer observer = new Delivery.Observer() {
            @Override
            public void lineIsUp(Line line) {
                self.tell(new LineUp(line));
            }

            @Override
            public void lineIsDown(@Nullable Code code) {
                self.tell(new LineDown(code));
            }
        };
        Wire wire = Wire.of(open.opening().transport());
        open.source()
                .complete(Source.fromGraph(
                        new Delivery(wire, around.relays(), around.settings(), around.meters(), observer)));
        timers.startSingleTimer(new LoginDue(), around.terms().loginTimeout());
        return Behaviors.same();
    }

    private Behavior<Command> onLineUp(LineUp up) {
        line = up.line();
        Opening from = opening;
        if (from == null) {
            return Behaviors.same();
        }
        around.meters().opened(from.transport());
        context.getLog().debug("Connection {} is up: {}", id, from.transport());
        if (from.transport() == Transport.WEBSOCKET) {
            conversation = new Conversation(context.getSelf(), up.line(), around, from.verifier());
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
        watchExpiry(login);
        Opening from = opening;
        if (conversation != null) {
            conversation.isLoggedIn(login);
            line.say(Wire.message(ServerMessage.connected(connected(login, List.of()))));
        } else if (from != null) {
            line.follow(from.wants(), greeting -> greet(login, greeting));
        }
    }

    /**
     * Resets go before {@code connected}, and of several only the last carries the cursor: a client that is cut off in
     * between comes back with its old cursor and is told again, never with a new one and in silence.
     */
    private ByteString greet(Login login, Line.Greeting greeting) {
        ByteString bytes = ByteString.emptyByteString();
        List<Control.Reset> resets = greeting.begun().stream()
                .<Control.Reset>mapMulti((begun, each) -> {
                    Control.Reset reset = begun.reset();
                    if (reset != null) {
                        each.accept(reset);
                    }
                })
                .toList();
        for (int i = 0; i < resets.size(); i++) {
            boolean last = i == resets.size() - 1;
            bytes = bytes.concat(Wire.SSE.control(resets.get(i), last ? greeting.cursor() : null));
        }
        List<Control.Standing> standings =
                greeting.begun().stream().map(Beginning::standing).toList();
        return bytes.concat(Wire.SSE.control(connected(login, standings), greeting.cursor()));
    }

    private Control.Connected connected(Login login, List<Control.Standing> standings) {
        ConnectionSettings.Heartbeat heartbeat = around.settings().heartbeat();
        return new Control.Connected(
                id.value(),
                login.subject(),
                login.entity(),
                standings,
                around.epoch(),
                conversation == null ? heartbeat.sse() : heartbeat.webSocketPing());
    }

    private void watchExpiry(Login login) {
        Instant expires = login.expiresAt();
        if (expires != null) {
            Duration left = Duration.between(around.clock().instant(), expires);
            timers.startSingleTimer(new LoginExpired(), left.isNegative() ? Duration.ZERO : left);
        }
    }

    private Behavior<Command> onSaid(Said said) {
        if (line == null && !ended) {
            early = said; // there is only one: the next comes when this one is taken
            return Behaviors.same();
        }
        if (conversation != null && !ended) {
            conversation.hear(said.utf8());
        }
        said.taken().complete(!ended);
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
            return Behaviors.same();
        }
        login = renewed;
        if (known == null) {
            welcome(line, renewed);
        } else {
            watchExpiry(renewed);
            conversation.isLoggedIn(renewed);
        }
        conversation.answerLogin(loggedIn.message(), renewed);
        return Behaviors.same();
    }

    private Behavior<Command> onLoginRefused(LoginRefused refused) {
        if (login == null) {
            return end(refused.refusal(), null);
        }
        if (conversation != null) {
            conversation.refuse(refused.message().ref(), refused.refusal());
        }
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
            around.meters().closed(from.transport(), code);
            context.getLog().debug("Connection {} has ended: {}", id, code);
            line = null;
        }
        return Behaviors.stopped();
    }

    private Behavior<Command> onPostStop() {
        whenOver.run();
        if (line != null) {
            end(Refusal.of(Code.GOING_AWAY), Duration.ofSeconds(1));
        }
        return Behaviors.same();
    }
}
