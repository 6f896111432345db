package io.millrace.platform.connection;

import io.millrace.platform.access.Access;
import io.millrace.platform.family.Families;
import io.millrace.platform.presence.Presences;
import io.millrace.platform.relay.FamilyFeeds;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.Epoch;
import java.time.Clock;

/** What every connection of a node works with. */
record Surroundings(
        Relays relays,
        FamilyFeeds feeds,
        Families families,
        Access access,
        Admission admission,
        Presences presences,
        Sessions sessions,
        ConnectionSettings settings,
        ConnectionMeters meters,
        Conversation.Terms terms,
        Epoch epoch,
        Clock clock) {
    Delivery.Sources sources() {
        return new Delivery.Sources(relays, feeds, families, access, clock, meters);
    }
}
