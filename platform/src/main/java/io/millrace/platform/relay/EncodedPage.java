package io.millrace.platform.relay;

import io.millrace.persistence.Journal.Bounds;
import java.util.List;

/**
 * What one read of the journal brought, shared by everybody who asked for it.
 *
 * @param events in order, without a hole; they may begin before the place that was asked for
 * @param bounds what the journal held at that moment
 */
public record EncodedPage(List<EncodedEvent> events, Bounds bounds) {
    boolean reachesPast(long offset) {
        return !events.isEmpty()
                && events.get(0).offset() <= offset + 1
                && events.get(events.size() - 1).offset() > offset;
    }
}
