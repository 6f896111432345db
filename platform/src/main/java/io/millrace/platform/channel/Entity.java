package io.millrace.platform.channel;

import io.millrace.persistence.ChannelSnapshot.KnownState;
import io.millrace.protocol.Event;
import io.millrace.protocol.JsonData;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A channel's state as its behaviour makes it, event by event, and the offset it stands at. It may stand behind the
 * channel's head: after the family was given another behaviour, or where the behaviour failed; then it is to be brought up
 * from the journal before it can be used.
 */
final class Entity {
    private static final Logger LOG = LoggerFactory.getLogger(Entity.class);

    private final EntityBehaviour<Object> behaviour;
    private Object state;
    private long offset;
    private @Nullable String broken;

    @SuppressWarnings("unchecked") // the state only ever comes from this very behaviour
    private Entity(EntityBehaviour<?> behaviour, @Nullable KnownState known) {
        this.behaviour = (EntityBehaviour<Object>) behaviour;
        boolean own = known != null && known.behaviour().equals(behaviour.name());
        this.state = known != null && own ? this.behaviour.restore(known.bytes()) : this.behaviour.empty();
        this.offset = known != null && own ? known.offset() : 0;
    }

    /** @param known what a snapshot held; another behaviour's is left aside */
    static Entity of(EntityBehaviour<?> behaviour, @Nullable KnownState known) {
        return new Entity(behaviour, known);
    }

    /** What all events up to this one come to. */
    long offset() {
        return offset;
    }

    /** Why there is no using it, if there is none. */
    @Nullable
    String broken() {
        return broken;
    }

    void isBroken(String why) {
        broken = why;
    }

    /** Takes the event in if it is the next one. */
    void apply(Event event) {
        if (broken != null || event.offset() != offset + 1) {
            return;
        }
        try {
            state = behaviour.apply(state, event);
            offset++;
        } catch (RuntimeException failure) {
            LOG.error("The behaviour {} failed on an event at offset {}", behaviour.name(), event.offset(), failure);
            broken = "the behaviour failed on the event at offset " + event.offset();
        }
    }

    EntityDecision decide(EntityCommand command) {
        return behaviour.decide(state, command);
    }

    /** For clients; null where the behaviour shows none. */
    @Nullable
    JsonData state() {
        return behaviour.state(state);
    }

    /** What it knew before it broke, too: with the behaviour corrected it goes on from there. */
    KnownState snapshot() {
        return new KnownState(behaviour.name(), offset, behaviour.snapshot(state));
    }
}
