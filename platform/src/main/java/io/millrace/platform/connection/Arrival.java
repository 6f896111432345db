package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.protocol.ChannelName;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is particular to the door that a connection has come by.
 *
 * @param manner how one is spoken to there
 * @param user whom the client says it is; a login of anybody else's is refused
 * @param token a login's token that is checked once the connection is up, so that a refusal can be told there; empty
 *     where there is none and no other way to log in, null where a login is known or may come as a message
 * @param channels what a WebSocket is subscribed to as soon as there is a login
 * @param from where those begin
 */
public record Arrival(
        Manner manner,
        @Nullable String user,
        @Nullable String token,
        Function<Login, Set<ChannelName>> channels,
        @Nullable String from) {
    public static final Arrival PLAIN = new Arrival(Manner.OURS, null, null, login -> Set.of(), null);

    /** Without the token, which belongs in no log. */
    @Override
    public String toString() {
        return "Arrival[" + user + "]";
    }
}
