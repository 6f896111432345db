package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import java.util.List;

/**
 * What of a connection goes over to the next one of the same client, on whatever node.
 *
 * @param connectionId the connection that it comes from
 */
public record Session(String connectionId, Login login, Form form, List<Held> followed) implements Travels {
    public Session {
        followed = List.copyOf(followed);
    }

    /** With another login of the same user. */
    public Session as(Login other) {
        return new Session(connectionId, other, form, followed);
    }
}
