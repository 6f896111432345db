package io.millrace.platform.relay;

import io.millrace.protocol.CommitPosition;
import java.util.List;

/**
 * Events of a family right after a place.
 *
 * @param complete nothing has been given up right after the place; else there are no events
 * @param oldest where the oldest events that are kept begin
 */
public record FamilyPage(List<FamilyEvent> events, boolean complete, CommitPosition oldest) {
    public FamilyPage {
        events = List.copyOf(events);
    }
}
