package io.millrace.platform.edge;

import io.millrace.platform.access.Login;
import io.millrace.platform.connection.Caller;
import io.millrace.platform.connection.Connections;
import io.millrace.platform.connection.FamilyWant;
import io.millrace.platform.connection.Held;
import io.millrace.platform.connection.LimitSettings;
import io.millrace.platform.connection.Session;
import io.millrace.platform.connection.Want;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Filter;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.Start;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * An event stream that goes on with the session of an earlier one: {@code Millrace-Session: <connection id> <secret>}. In a
 * header, since addresses end up in logs. Where there is no such session any more and the request has a login, it is a
 * request like any other.
 */
final class StreamResume {
    static final String HEADER = "Millrace-Session";
    private static final int MAX_LENGTH = 256;

    private final Logins logins;
    private final Connections connections;

    StreamResume(Logins logins, Connections connections) {
        this.logins = logins;
        this.connections = connections;
    }

    /** The session that the client shows it may go on with; empty where the request must do without. */
    CompletionStage<Optional<Session>> session(Call call) {
        String header = call.header(HEADER);
        if (header == null) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        logins.checkOrigin(call);
        String[] shown = header.split(" ", -1);
        if (shown.length != 2 || shown[0].isEmpty() || shown[1].isEmpty() || header.length() > MAX_LENGTH) {
            throw new InvalidInput(Code.INVALID_REQUEST, HEADER, "a connection id, a space and its secret");
        }
        return logins.token(call) == null
                ? claim(shown, null)
                : logins.require(call).thenCompose(login -> claim(shown, login));
    }

    /** A client that has logged in besides goes on with that login. */
    private CompletionStage<Optional<Session>> claim(String[] shown, @Nullable Login login) {
        return connections
                .claim(shown[0], shown[1], login == null ? null : login.subject())
                .thenApply(claimed -> {
                    Session session = claimed.session();
                    if (session != null) {
                        return Optional.of(login == null ? session : session.as(login));
                    }
                    if (login != null && claimed.isUnknown()) {
                        return Optional.empty();
                    }
                    throw new Refused(claimed.refusal());
                });
    }

    Caller caller(String address, @Nullable LimitSettings limits, Session session) {
        boolean presence = session.followed().stream().anyMatch(Held::presence);
        return new Caller(address, false, presence, true, session.connectionId(), limits);
    }

    /** Where the client doesn't say where it is, everything since its connection began: it has some of that already. */
    static List<Want> wants(Session session, @Nullable String lastEventId) {
        return session.followed().stream()
                .map(held -> new Want(
                        ChannelName.of(held.channel()),
                        lastEventId == null ? held.from() : lastEventId,
                        new Start.Latest(),
                        Filter.read(held.filter())))
                .toList();
    }

    /** The whole family that the session followed, alone; null where it followed channels. */
    static @Nullable FamilyWant family(Session session, @Nullable String lastEventId) {
        Held first = session.followed().isEmpty() ? null : session.followed().get(0);
        String family = first == null ? null : FamilyWant.familyOf(first.channel());
        return first == null || family == null
                ? null
                : FamilyWant.of(
                        family, lastEventId == null ? first.from() : lastEventId, null, Filter.read(first.filter()));
    }
}
