package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.protocol.ClientMessage;
import io.millrace.protocol.Code;
import io.millrace.protocol.Filter;
import io.millrace.protocol.Refusal;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket's {@link Conversation}, and the login that comes in it as a message: checked, given one of its user's seats,
 * renewed. While a login is being checked the next message waits, since who logs in may say at once what needs the login.
 * Its connection's own.
 */
final class SocketLogin {

    /** What has become of a login. */
    sealed interface Answer extends Connection.Command {}

    record LoggedIn(ClientMessage.Authenticate message, Login login) implements Answer {}

    record Refused(ClientMessage.Authenticate message, Refusal refusal) implements Answer {}

    /** What a client that came back to its session was answered. */
    record Answered(ClientMessage.Resume message, Claimed claimed) implements Answer {}

    /** Whether a first login, or a session's, is one of as many as its user may have. */
    private record Seated(Answer login, boolean seated) implements Answer {}

    private final Connection connection;
    private final ActorRef<Connection.Command> self;
    private final Surroundings around;
    private final Opening opening;
    private final Card card;
    private final Line line;
    private final Conversation conversation;
    private @Nullable CompletableFuture<Boolean> deciding;
    private ClientMessage.@Nullable Authenticate presented;
    private Connection.@Nullable Said early;

    SocketLogin(
            Connection connection,
            ActorRef<Connection.Command> self,
            Surroundings around,
            Opening opening,
            Card card,
            Line line,
            Wire wire,
            Attendance attendance) {
        this.connection = connection;
        this.self = self;
        this.around = around;
        this.opening = opening;
        this.card = card;
        this.line = line;
        this.conversation = new Conversation(self, line, wire, around, opening.verifier(), attendance);
    }

    Conversation conversation() {
        return conversation;
    }

    /** The door has let in somebody whose token is still to be checked; an empty one is none. */
    void presents(String token) {
        if (token.isEmpty()) {
            connection.end(Refusal.of(Code.UNAUTHENTICATED));
        } else {
            presented = new ClientMessage.Authenticate(token, false, null, null);
            conversation.authenticate(presented);
        }
    }

    void onSaid(Connection.Said said) {
        if (presented != null && card.login() == null) {
            early = said;
            return;
        }
        if (conversation.hear(said.utf8())) {
            deciding = said.taken();
        } else {
            said.taken().complete(true);
        }
    }

    /** The login came with the handshake, or has just come. */
    void isWelcome(Login login) {
        connection.isWelcome(login);
        if (opening.caller().own()) {
            conversation.subscribeOwn(new ClientMessage.SubscribeOwn(null, null, Filter.NONE), login);
        }
        Arrival arrival = opening.arrival();
        conversation.subscribe(arrival.channels().apply(login), arrival.from(), login);
    }

    void on(Answer answer) {
        if (answer instanceof LoggedIn loggedIn) {
            onLoggedIn(loggedIn);
        } else if (answer instanceof Refused refused) {
            onRefused(refused);
        } else if (answer instanceof Seated seated) {
            onSeated(seated);
        } else if (answer instanceof Answered answered) {
            onAnswered(answered);
        }
    }

    private void onLoggedIn(LoggedIn loggedIn) {
        Login known = card.login();
        String claimed = opening.arrival().user();
        if (claimed != null && !claimed.equals(loggedIn.login().subject())) {
            connection.end(Refusals.otherUser());
        } else if (known == null) {
            seat(loggedIn, loggedIn.login(), null);
        } else if (known.subject().equals(loggedIn.login().subject())) {
            takesForm(loggedIn.message());
            connection.isRenewed(loggedIn.login());
            line.seeAs(loggedIn.login());
            conversation.isLoggedIn(loggedIn.login());
            isAccepted(loggedIn);
        } else {
            conversation.refuse(
                    loggedIn.message().ref(),
                    Refusal.of(Code.FORBIDDEN, "a login can be renewed only by a token of the same subject"));
            isDecided(true);
        }
    }

    private void seat(Answer answer, Login login, @Nullable String instead) {
        around.admission().byUser(card, login, instead).thenAccept(seated -> self.tell(new Seated(answer, seated)));
    }

    private void onSeated(Seated answer) {
        if (!answer.seated()) {
            connection.end(around.admission().userIsFull());
        } else if (answer.login() instanceof LoggedIn loggedIn) {
            takesForm(loggedIn.message());
            isWelcome(loggedIn.login());
            isAccepted(loggedIn);
        } else if (answer.login() instanceof Answered answered
                && answered.claimed().session() != null) {
            Session session = answered.claimed().session();
            connection.isWelcome(session.login());
            goOn(answered.message(), session, session.login());
        }
    }

    private void onAnswered(Answered answered) {
        Session session = answered.claimed().session();
        Login known = card.login();
        if (session != null && known == null) {
            seat(answered, session.login(), session.connectionId());
        } else if (session != null && known != null) {
            goOn(answered.message(), session, known);
        } else {
            conversation.refuse(answered.message().ref(), answered.claimed().refusal());
            isDecided(true); // the client may still log in
        }
    }

    private void goOn(ClientMessage.Resume message, Session session, Login login) {
        line.write(session.form());
        conversation.answerResume(message.ref(), login, session.followed());
        for (Held held : session.followed()) {
            String from = message.from().getOrDefault(held.channel(), held.from());
            conversation.goOn(message.ref(), held, from, login);
        }
        isDecided(true);
    }

    private void takesForm(ClientMessage.Authenticate message) {
        Integer compress = message.compress();
        if (compress != null) {
            line.write(opening.form().compressedAbove(compress));
        }
    }

    private void isAccepted(LoggedIn loggedIn) {
        if (loggedIn.message() != presented) {
            conversation.answerLogin(loggedIn.message(), loggedIn.login());
        }
        if (loggedIn.message().own()) {
            conversation.subscribeOwn(
                    new ClientMessage.SubscribeOwn(loggedIn.message().ref(), null, Filter.NONE), loggedIn.login());
        }
        isDecided(true);
    }

    private void onRefused(Refused refused) {
        if (card.login() == null) {
            connection.end(refused.refusal());
        } else {
            conversation.refuse(refused.message().ref(), refused.refusal());
            isDecided(true);
        }
    }

    /** What waits may go on, or needn't wait any longer. */
    void isDecided(boolean goesOn) {
        if (deciding != null) {
            deciding.complete(goesOn);
            deciding = null;
        }
        Connection.Said waiting = early;
        early = null;
        if (waiting != null && goesOn) {
            onSaid(waiting);
        } else if (waiting != null) {
            waiting.taken().complete(false);
        }
    }
}
