package io.millrace.platform.connection;

import com.typesafe.config.Config;
import io.millrace.platform.access.Act;
import io.millrace.platform.access.Decision;
import io.millrace.platform.access.Decision.Denied;
import io.millrace.platform.access.Login;
import io.millrace.platform.access.Verified;
import io.millrace.platform.relay.Published;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.ClientMessage;
import io.millrace.protocol.Code;
import io.millrace.protocol.Control;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Filter;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.JsonInput;
import io.millrace.protocol.Position;
import io.millrace.protocol.Ref;
import io.millrace.protocol.Refusal;
import io.millrace.protocol.ServerMessage;
import io.millrace.protocol.Start;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * What a WebSocket client says and what it is answered. Every message is answered, a wrong one with a {@code problem} that
 * carries its ref; the connection goes on.
 */
final class Conversation {

    /** What a client may say at most. */
    record Terms(JsonInput.Limits limits, int maxBatch, Duration loginTimeout) {
        Terms {
            if (loginTimeout.toMillis() < 100) {
                throw new IllegalArgumentException("millrace.edge.websocket.login-timeout: 100ms or more");
            }
        }

        static Terms from(Config edge) {
            return new Terms(
                    JsonInput.Limits.ofBytes(Math.toIntExact(edge.getBytes("websocket.message-bytes"))),
                    edge.getInt("batch-events"),
                    edge.getDuration("websocket.login-timeout"));
        }
    }

    private final ActorRef<Connection.Command> connection;
    private final Line line;
    private final Wire wire;
    private final Surroundings around;
    private final Function<String, CompletionStage<Verified>> verifier;
    private final MessageRate rate;
    private final Attendance attendance;
    private final Set<ChannelName> followed = new HashSet<>();
    private final Set<String> followedFamilies = new HashSet<>();
    private @Nullable Login login;

    Conversation(
            ActorRef<Connection.Command> connection,
            Line line,
            Wire wire,
            Surroundings around,
            Function<String, CompletionStage<Verified>> verifier,
            Attendance attendance) {
        this.attendance = attendance;
        this.connection = connection;
        this.line = line;
        this.wire = wire;
        this.around = around;
        this.verifier = verifier;
        ConnectionSettings.Limits limits = around.settings().limits();
        this.rate = new MessageRate(limits.messagesPerSecond(), limits.messageBurst(), System.nanoTime());
    }

    /** A renewed login may have lost what the one before had: what it may not hear any more ends here. */
    void isLoggedIn(Login login) {
        this.login = login;
        for (ChannelName channel : List.copyOf(followed)) {
            if (around.access()
                            .decide(
                                    login,
                                    Act.SUBSCRIBE,
                                    channel,
                                    around.clock().instant())
                    instanceof Denied denied) {
                followed.remove(channel);
                attendance.leaves(channel);
                line.unfollow(
                        channel,
                        wire.message(ServerMessage.problem(null, Refusals.of(denied)))
                                .concat(wire.message(ServerMessage.unsubscribed(null, channel))));
            }
        }
    }

    /** The channel's end has gone out, and with it the subscription. */
    void isOver(ChannelName channel) {
        followed.remove(channel);
        attendance.leaves(channel);
    }

    /** Says whether it begins to check a login, on which what the client says next may depend. */
    boolean hear(byte[] said) {
        byte[] utf8 = wire.heard(said, login);
        Duration wait = rate.take(System.nanoTime());
        if (!wait.isZero()) {
            Ref ref = ClientMessage.refOf(utf8, around.terms().limits());
            refuse(ref, Refusal.of(Code.RATE_LIMITED, "more messages than this connection may send", wait));
            return false;
        }
        try {
            ClientMessage message = ClientMessage.parse(
                    utf8, around.terms().limits(), around.terms().maxBatch());
            answer(message);
            return message instanceof ClientMessage.Authenticate || message instanceof ClientMessage.Resume;
        } catch (InvalidInput wrong) {
            refuse(ClientMessage.refOf(utf8, around.terms().limits()), Refusal.of(wrong));
            return false;
        }
    }

    private void answer(ClientMessage message) {
        Login known = login;
        if (message instanceof ClientMessage.Authenticate authenticate) {
            authenticate(authenticate);
        } else if (message instanceof ClientMessage.Resume resume) {
            resume(resume);
        } else if (message instanceof ClientMessage.Ping ping) {
            line.say(wire.message(ServerMessage.pong(ping.ref(), around.clock().instant())));
        } else if (known == null) {
            refuse(message.ref(), Refusal.of(Code.UNAUTHENTICATED, "send authenticate with a token first"));
        } else if (message instanceof ClientMessage.Subscribe subscribe) {
            subscribe(subscribe, known);
        } else if (message instanceof ClientMessage.SubscribeOwn own) {
            subscribeOwn(own, known);
        } else if (message instanceof ClientMessage.Unsubscribe unsubscribe) {
            followed.remove(unsubscribe.channel());
            attendance.leaves(unsubscribe.channel());
            line.unfollow(
                    unsubscribe.channel(),
                    wire.message(ServerMessage.unsubscribed(unsubscribe.ref(), unsubscribe.channel())));
        } else if (message instanceof ClientMessage.Presence presence) {
            tellPresence(presence, known);
        } else if (message instanceof ClientMessage.SubscribeFamily subscribe) {
            subscribe(subscribe, known);
        } else if (message instanceof ClientMessage.UnsubscribeFamily unsubscribe) {
            followedFamilies.remove(unsubscribe.family());
            line.unfollowFamily(
                    unsubscribe.family(),
                    wire.message(ServerMessage.unsubscribed(unsubscribe.ref(), unsubscribe.family() + ":*")));
        } else if (message instanceof ClientMessage.Publish publish) {
            publish(publish, known);
        } else if (message instanceof ClientMessage.Command command) {
            execute(command, known);
        }
    }

    void authenticate(ClientMessage.Authenticate message) {
        verifier.apply(message.token()).whenComplete((verified, failure) -> {
            if (verified instanceof Verified.Authenticated authenticated) {
                connection.tell(new SocketLogin.LoggedIn(message, authenticated.login()));
            } else {
                connection.tell(new SocketLogin.Refused(message, Refusals.of(verified)));
            }
        });
    }

    /** Only as long as nothing is followed: it would meet what the session follows. */
    private void resume(ClientMessage.Resume message) {
        if (!followed.isEmpty() || !followedFamilies.isEmpty()) {
            throw new InvalidInput(Code.INVALID_MESSAGE, "resume", "comes before anything is subscribed to");
        }
        around.sessions()
                .claim(
                        message.connection(),
                        message.secret(),
                        Transport.WEBSOCKET,
                        login == null ? null : login.subject())
                .thenAccept(claimed -> connection.tell(new SocketLogin.Answered(message, claimed)));
    }

    void answerResume(@Nullable Ref ref, Login login, List<Held> followed) {
        List<String> channels = followed.stream().map(Held::channel).toList();
        line.say(
                wire.message(ServerMessage.resumed(ref, login.subject(), login.entity(), login.expiresAt(), channels)));
    }

    /** With one subscription of a session: asked for anew, and so allowed or refused anew. */
    void goOn(@Nullable Ref ref, Held held, String from, Login login) {
        String family = FamilyWant.familyOf(held.channel());
        Filter filter = Filter.read(held.filter());
        boolean goesOn;
        try {
            if (family == null) {
                ChannelName channel = ChannelName.of(held.channel());
                subscribe(new ClientMessage.Subscribe(ref, channel, from, filter, held.presence()), login);
                goesOn = followed.contains(channel);
            } else {
                subscribe(new ClientMessage.SubscribeFamily(ref, family, from, filter), login);
                goesOn = followedFamilies.contains(family);
            }
        } catch (InvalidInput wrong) {
            refuse(ref, Refusal.of(wrong));
            goesOn = false;
        }
        if (!goesOn) {
            line.say(wire.message(ServerMessage.unsubscribed(ref, held.channel())));
        }
    }

    void answerLogin(ClientMessage.Authenticate message, Login login) {
        line.say(wire.message(
                ServerMessage.authenticated(message.ref(), login.subject(), login.entity(), login.expiresAt())));
    }

    /** Every channel of the login's own that no rule forbids and that isn't followed yet. */
    void subscribeOwn(ClientMessage.SubscribeOwn message, Login login) {
        List<ChannelName> missing = around
                .access()
                .ownToHear(login, around.clock().instant())
                .stream()
                .filter(channel -> !followed.contains(channel))
                .toList();
        if (missing.isEmpty()) {
            refuse(message.ref(), Refusal.of(Code.INVALID_MESSAGE, "own: there is none, or all are subscribed to"));
        }
        missing.forEach(channel -> subscribe(
                new ClientMessage.Subscribe(message.ref(), channel, message.from(), message.filter(), false), login));
    }

    /** These channels, which the connection's door names, each as if the client had asked for it. */
    void subscribe(Set<ChannelName> channels, @Nullable String from, Login login) {
        channels.forEach(
                channel -> subscribe(new ClientMessage.Subscribe(null, channel, from, Filter.NONE, false), login));
    }

    private void subscribe(ClientMessage.Subscribe message, Login login) {
        ChannelName channel = message.channel();
        Want want = want(message);
        new Views(around.families()).requireFilterable(channel, want.filter());
        if (denied(message.ref(), login, Act.SUBSCRIBE, channel)
                || (!(want.start() instanceof Start.Latest) && denied(message.ref(), login, Act.HISTORY, channel))) {
            return;
        }
        if (message.presence() && noPresence(message.ref(), login, channel)) {
            return;
        }
        int most = around.settings().limits().channels();
        if (followed.contains(channel)) {
            refuse(
                    message.ref(),
                    Refusal.of(Code.INVALID_MESSAGE, "channel: already subscribed to; unsubscribe first"));
        } else if (followed.size() >= most) {
            refuse(message.ref(), Refusal.of(Code.TOO_MANY_CHANNELS, "at most " + most + " on one connection"));
        } else {
            followed.add(channel);
            attendance.follows(
                    channel,
                    message.presence() ? presence -> line.say(wire.message(ServerMessage.control(presence))) : null);
            line.follow(login, List.of(want), greeting -> subscribed(message, greeting));
        }
    }

    private void subscribe(ClientMessage.SubscribeFamily message, Login login) {
        FamilyWant want = FamilyWant.of(message.family(), null, message.from(), message.filter());
        Views views = new Views(around.families());
        views.requireWhole(want);
        Decision decision =
                views.mayHear(around.access(), login, want, around.clock().instant());
        if (decision instanceof Denied denied) {
            refuse(message.ref(), Refusals.of(denied));
        } else if (followedFamilies.add(message.family())) {
            line.followFamily(login, want, begun -> subscribed(message, begun));
        } else {
            refuse(
                    message.ref(),
                    Refusal.of(Code.INVALID_MESSAGE, "channel: already subscribed to; unsubscribe first"));
        }
    }

    private ByteString subscribed(ClientMessage.SubscribeFamily message, FamilyBeginning begun) {
        Control.FamilyReset reset = begun.reset();
        ByteString first = reset == null ? ByteString.emptyByteString() : wire.message(ServerMessage.control(reset));
        String id = begun.feed().cursor(begun.position());
        return first.concat(wire.message(ServerMessage.subscribed(
                message.ref(), begun.feed().pattern(), id, begun.feed().epoch())));
    }

    /** A position to go on from may be anything the client has kept; what is plainly none is refused as a mistake. */
    private static Want want(ClientMessage.Subscribe message) {
        String from = message.from();
        Start start = from == null ? new Start.Latest() : Start.parse(from);
        return new Want(message.channel(), null, start, message.filter());
    }

    private ByteString subscribed(ClientMessage.Subscribe message, Line.Greeting greeting) {
        Refusal refused = greeting.refused();
        if (refused != null) {
            return wire.message(ServerMessage.problem(message.ref(), refused));
        }
        Beginning begun = greeting.begun().get(0);
        Control.Reset reset = begun.reset();
        Position position = new Position(begun.feed().epoch(), begun.position());
        String id = Cursor.of(message.channel(), position);
        ByteString first = reset == null ? ByteString.emptyByteString() : wire.message(ServerMessage.reset(reset));
        Control.State state = begun.state();
        if (state != null) {
            first = wire.message(ServerMessage.state(id, state));
        }
        return first.concat(
                wire.message(ServerMessage.subscribed(message.ref(), id, position.epoch(), begun.standing())));
    }

    private void publish(ClientMessage.Publish message, Login login) {
        if (denied(message.ref(), login, Act.PUBLISH, message.channel())) {
            return;
        }
        around.relays()
                .publish(message.channel(), login.subject(), message.drafts())
                .thenAccept(published -> {
                    if (published instanceof Published.Accepted accepted) {
                        line.say(wire.message(ServerMessage.published(message.ref(), accepted.receipts())));
                    } else if (published instanceof Published.Refused refused) {
                        refuse(message.ref(), refused.refusal());
                    }
                });
    }

    private void tellPresence(ClientMessage.Presence message, Login login) {
        ChannelName channel = message.channel();
        if (noPresence(message.ref(), login, channel)) {
            return;
        }
        around.presences().who(channel).whenComplete((crowd, failure) -> {
            if (failure == null) {
                line.say(wire.message(ServerMessage.presence(
                        message.ref(),
                        Attendance.state(channel, crowd.here(), around.clock().instant()))));
            } else {
                refuse(message.ref(), Refusal.of(Code.CHANNEL_UNAVAILABLE));
            }
        });
    }

    private boolean noPresence(@Nullable Ref ref, Login login, ChannelName channel) {
        if (denied(ref, login, Act.PRESENCE, channel)) {
            return true;
        }
        boolean off = !around.presences().isOn(channel);
        if (off) {
            refuse(ref, Refusal.of(Code.NOT_FOUND, "presence: is off for this family of channels"));
        }
        return off;
    }

    private void execute(ClientMessage.Command message, Login login) {
        if (!denied(message.ref(), login, Act.COMMAND, message.channel())) {
            around.relays()
                    .execute(message.channel(), login.subject(), message.command())
                    .thenAccept(done -> {
                        if (done instanceof Published.Executed executed) {
                            line.say(wire.message(ServerMessage.commanded(message.ref(), executed.commanded())));
                        } else if (done instanceof Published.Refused refused) {
                            refuse(message.ref(), refused.refusal());
                        }
                    });
        }
    }

    private boolean denied(@Nullable Ref ref, Login login, Act act, ChannelName channel) {
        Decision decision =
                around.access().decide(login, act, channel, around.clock().instant());
        if (decision instanceof Denied denied) {
            refuse(ref, Refusals.of(denied));
            return true;
        }
        return false;
    }

    void refuse(@Nullable Ref ref, Refusal refusal) {
        around.meters().refusedMessage(refusal.code());
        if (wire.endsOn(refusal.code())) {
            connection.tell(new Connection.End(refusal.code(), refusal.detail(), null));
        } else {
            line.say(wire.message(ServerMessage.problem(ref, refusal)));
        }
    }
}
