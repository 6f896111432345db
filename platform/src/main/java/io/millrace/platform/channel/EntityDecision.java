package io.millrace.platform.channel;

import io.millrace.protocol.EventType;
import io.millrace.protocol.JsonData;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a behaviour decides about a command. */
public sealed interface EntityDecision {

    /**
     * It is done: these events are stored, in this order, and then the reply goes out.
     *
     * @param effects none where there is nothing to do
     * @param reply for the sender, at most 16 KiB
     */
    record Done(List<Effect> effects, @Nullable JsonData reply) implements EntityDecision {
        public Done {
            effects = List.copyOf(effects);
        }

        public Done replying(JsonData reply) {
            return new Done(effects, reply);
        }
    }

    /** A rule is against it; nothing changes. */
    record Refused(String detail) implements EntityDecision {}

    /** There is no such command. */
    record Unknown() implements EntityDecision {}

    /** An event to be stored. */
    record Effect(EventType type, JsonData data) {}

    static Done done(Effect... effects) {
        return new Done(List.of(effects), null);
    }

    static Effect effect(String type, JsonData data) {
        return new Effect(EventType.of(type), data);
    }

    static Refused refused(String detail) {
        return new Refused(detail);
    }

    static Unknown unknown() {
        return new Unknown();
    }
}
