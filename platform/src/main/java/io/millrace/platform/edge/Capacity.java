package io.millrace.platform.edge;

import io.millrace.platform.connection.Connections;
import io.millrace.protocol.Code;
import io.millrace.protocol.Refusal;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** What a node answers when it is full: each newcomer its own time to come back, so that they don't all come at once. */
final class Capacity {
    private Capacity() {}

    static void require(Connections connections, EdgeSettings settings) {
        if (connections.count() >= settings.connections()) {
            throw nodeFull();
        }
    }

    private static Refused nodeFull() {
        Duration after = Duration.ofSeconds(ThreadLocalRandom.current().nextInt(2, 11));
        return new Refused(Refusal.of(Code.NODE_FULL, Code.NODE_FULL.happened(), after));
    }
}
