package io.millrace.platform.channel;

import io.millrace.protocol.Event;
import io.millrace.protocol.JsonData;
import org.jspecify.annotations.Nullable;

/**
 * What a channel makes of commands and of its events: the rules of one kind of entity, such as a seat or an account. A
 * service brings its own as a class on the class path and names it in a family's setting {@code behaviour}.
 *
 * <p>One command at a time, in one order with everything that is published: {@link #decide} sees the state after every
 * event before it, its events are stored in one commit, and only then is it answered. On recovery only {@link #apply}
 * runs, over the newest snapshot and the events after it.
 *
 * <p>One object serves all channels of the family on many threads, so it holds nothing of its own. A state belongs to one
 * channel: {@code apply} may change it and give it back, nothing else may.
 *
 * @param <S> the state
 */
public interface EntityBehaviour<S> {

    /** By what settings and snapshots name it; never to be changed, nor to be given to another. */
    default String name() {
        return getClass().getName();
    }

    /** The state before the first event; a new object each time, where it can be changed. */
    S empty();

    /**
     * What the command comes to. It has no effect beside its answer: no clock, no input or output, and the state stays as it
     * is. A failure is told to the sender as {@code internal-error} and changes nothing.
     */
    EntityDecision decide(S state, EntityCommand command);

    /**
     * The state after one more event. It must take any event: also such as were published to the channel without a
     * command. Where it fails, the channel goes on as a log, without commands and state, until the class is corrected.
     */
    S apply(S state, Event event);

    /** The state as bytes, for {@link #restore} of this and every later version of the class. */
    byte[] snapshot(S state);

    S restore(byte[] bytes);

    /** The state for clients; null where it is nobody's business. */
    @Nullable
    JsonData state(S state);
}
