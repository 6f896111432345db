package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.platform.preset.Preset;
import io.millrace.protocol.ChannelName;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is particular to the door that a connection has come by.
 *
 * @param preset in which manner it is spoken there; null in the product's own
 * @param user whom the client says it is; a login of anybody else's is refused
 * @param token a login's token that is checked once the connection is up, so that a refusal can be told there
 * @param channels what a WebSocket is subscribed to as soon as there is a login
 * @param from where those begin
 */
public record Arrival(
        @Nullable Preset preset,
        @Nullable String user,
        @Nullable String token,
        Function<Login, Set<ChannelName>> channels,
        @Nullable String from) {
    public static final Arrival PLAIN = new Arrival(null, null, null, login -> Set.of(), null);

    /** Without the token, which belongs in no log. */
    @Override
    public String toString() {
        return "Arrival[" + preset + "]";
    }
}
