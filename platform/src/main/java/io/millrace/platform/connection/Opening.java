package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.platform.access.Verified;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a door knows of a connection as it begins.
 *
 * @param login who it is; null where that comes with the first message
 * @param wants what an event stream follows; a WebSocket asks for that itself
 * @param family a whole family that an event stream follows, alone
 * @param form how its events are to be written
 * @param zipped the whole stream goes out in gzip, which an event stream may
 * @param verifier checks the token of a login that comes as a message
 * @param caller where it comes from and what else it was asked for
 * @param arrival what is particular to its door
 */
public record Opening(
        Transport transport,
        @Nullable Login login,
        List<Want> wants,
        @Nullable FamilyWant family,
        Form form,
        boolean zipped,
        Function<String, CompletionStage<Verified>> verifier,
        Caller caller,
        Arrival arrival) {
    public Opening {
        wants = List.copyOf(wants);
    }
}
