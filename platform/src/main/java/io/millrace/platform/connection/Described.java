package io.millrace.platform.connection;

import io.millrace.protocol.View;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connection as an operator sees it.
 *
 * @param lastActivityMillis when the client last said something or was last delivered an event
 * @param channels how many it follows; {@code subscriptions} may leave some or all of them out
 * @param bufferedBytes waiting for its socket
 * @param away whether it has no socket, and its session waits for its client
 * @param sights what becomes of the event that was asked about, by the channel or whole family that it would come through
 */
public record Described(
        String connectionId,
        @Nullable String userId,
        @Nullable String entityId,
        String transport,
        String node,
        String address,
        long connectedAtMillis,
        long lastActivityMillis,
        List<Look.Place> subscriptions,
        int channels,
        long bufferedBytes,
        @Nullable String tokenId,
        boolean away,
        Map<String, View.Sight> sights) {
    public Described {
        subscriptions = List.copyOf(subscriptions);
        sights = Map.copyOf(sights);
    }

    Described withoutSubscriptions() {
        return new Described(
                connectionId,
                userId,
                entityId,
                transport,
                node,
                address,
                connectedAtMillis,
                lastActivityMillis,
                List.of(),
                channels,
                bufferedBytes,
                tokenId,
                away,
                sights);
    }
}
