package io.millrace.platform.channel;

import io.millrace.persistence.ChannelRecord.Executed;
import io.millrace.persistence.ChannelSnapshot.KnownCommand;
import io.millrace.platform.channel.Answer.Declined;
import io.millrace.platform.channel.Answer.Done;
import io.millrace.platform.channel.Answer.Outcome;
import io.millrace.platform.channel.Channel.Execute;
import io.millrace.platform.channel.EntityDecision.Effect;
import io.millrace.protocol.Code;
import io.millrace.protocol.CommandDraft;
import io.millrace.protocol.Event;
import io.millrace.protocol.JsonData;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command on its way through a channel: known again by its id, held against the channel's rules, decided by the
 * behaviour. Changes nothing; what it comes to is a record to be stored, or only an answer.
 */
record Execution(@Nullable Executed record, Outcome outcome) {
    private static final Logger LOG = LoggerFactory.getLogger(Execution.class);
    private static final int MAX_EFFECTS = 1000;
    private static final int MAX_EFFECT_BYTES = 1024 * 1024;
    private static final int MAX_REPLY_BYTES = 16 * 1024;

    static Execution of(ChannelState state, Execute execute, long nowMillis) {
        KnownCommand known = execute.command().id() == null ? null : state.command(idOf(execute));
        if (known != null) {
            return known.fingerprint() == Fingerprint.of(execute.command())
                    ? answered(done(known, true))
                    : declined(
                            Code.IDEMPOTENCY_CONFLICT,
                            "its id was used for another command, at offset " + known.firstOffset());
        }
        Entity entity = state.entity();
        if (entity == null) {
            return declined(Code.UNKNOWN_COMMAND, "this channel is a log, which knows no commands");
        }
        Declined rule = rule(state, entity, execute.command());
        return rule == null ? decided(state, entity, execute, nowMillis) : answered(rule);
    }

    /** The answer to a write that stands in the journal already, where it is still known. */
    static @Nullable Outcome again(ChannelState state, Execute execute, long firstOffset) {
        KnownCommand known = state.command(idOf(execute));
        return known != null && known.firstOffset() == firstOffset ? done(known, false) : null;
    }

    /** A command without an id is remembered as its relay's last, under a name that no sender can write. */
    private static String idOf(Execute execute) {
        String id = execute.command().id();
        return id != null
                ? id
                : "\0" + execute.write().writerHigh() + "." + execute.write().writerLow();
    }

    private static @Nullable Declined rule(ChannelState state, Entity entity, CommandDraft command) {
        Long expected = command.expectedOffset();
        if (state.isComplete()) {
            return new Declined(Code.CHANNEL_COMPLETE, "the stream ended at offset " + state.head());
        }
        if (expected != null && expected != state.head()) {
            return new Declined(Code.OFFSET_CONFLICT, "the head is " + state.head() + ", not " + expected);
        }
        String broken = entity.broken();
        return broken == null ? null : new Declined(Code.CHANNEL_UNAVAILABLE, broken);
    }

    private static Execution decided(ChannelState state, Entity entity, Execute execute, long nowMillis) {
        CommandDraft command = execute.command();
        Instant time = Instant.ofEpochMilli(state.timeOf(nowMillis));
        EntityDecision decision;
        try {
            decision = entity.decide(
                    new EntityCommand(command.name(), command.data(), execute.sender(), state.head(), time));
        } catch (RuntimeException failure) {
            LOG.error("The behaviour failed on the command {}", command.name(), failure);
            return declined(Code.INTERNAL_ERROR, "the behaviour failed on this command");
        }
        if (decision instanceof EntityDecision.Done done) {
            return done(state, execute, done, time);
        }
        return decision instanceof EntityDecision.Refused refused
                ? declined(Code.COMMAND_REFUSED, refused.detail())
                : declined(Code.UNKNOWN_COMMAND, Code.UNKNOWN_COMMAND.happened());
    }

    private static Execution done(ChannelState state, Execute execute, EntityDecision.Done done, Instant time) {
        JsonData reply = done.reply();
        long bytes = done.effects().stream()
                .mapToLong(effect -> effect.data().size())
                .sum();
        if (done.effects().size() > MAX_EFFECTS
                || bytes > MAX_EFFECT_BYTES
                || (reply != null && reply.size() > MAX_REPLY_BYTES)) {
            return declined(Code.COMMAND_REFUSED, "it comes to more events, or a longer reply, than can be stored");
        }
        if (done.effects().isEmpty()) {
            return answered(new Done(state.head(), 0, false, reply));
        }
        List<Event> events = new ArrayList<>(done.effects().size());
        for (Effect effect : done.effects()) {
            long offset = state.head() + 1 + events.size();
            events.add(new Event(offset, time, effect.type(), effect.data(), null, null, execute.sender()));
        }
        Executed record =
                new Executed(events, execute.write(), idOf(execute), Fingerprint.of(execute.command()), reply);
        return new Execution(record, new Done(record.lastOffset(), events.size(), false, reply));
    }

    private static Done done(KnownCommand known, boolean duplicate) {
        return new Done(known.firstOffset() + known.events() - 1, known.events(), duplicate, known.reply());
    }

    private static Execution declined(Code code, String detail) {
        return answered(new Declined(code, detail));
    }

    private static Execution answered(Outcome outcome) {
        return new Execution(null, outcome);
    }
}
