package io.millrace.persistence;

import io.millrace.protocol.JsonData;
import io.millrace.protocol.Position;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a channel remembers beside its events, as it is stored in a snapshot.
 *
 * @param head the newest offset, 0 where nothing was ever published
 * @param trimmedTo everything up to and including this offset has been given up by retention
 * @param lastTimeMillis the time of the newest event, milliseconds since 1970; times never go back
 * @param keys the idempotency keys still remembered, oldest first
 * @param writes the last write of each relay heard lately, oldest first
 * @param complete whether the head is the stream's end
 * @param commands what is still remembered of commands, oldest first
 * @param state what the channel's behaviour has made of its events, where it has one
 */
public record ChannelSnapshot(
        long head,
        long trimmedTo,
        long lastTimeMillis,
        List<KnownKey> keys,
        List<KnownWrite> writes,
        boolean complete,
        List<KnownCommand> commands,
        @Nullable KnownState state) {

    /** Of a channel that goes on and knows no commands. */
    public ChannelSnapshot(
            long head, long trimmedTo, long lastTimeMillis, List<KnownKey> keys, List<KnownWrite> writes) {
        this(head, trimmedTo, lastTimeMillis, keys, writes, false, List.of(), null);
    }

    public ChannelSnapshot {
        commands = List.copyOf(commands);
        keys = List.copyOf(keys);
        writes = List.copyOf(writes);
        if (head < 0 || head > Position.MAX_OFFSET || trimmedTo < 0 || trimmedTo > head) {
            throw new IllegalArgumentException("0 <= trimmedTo <= head does not hold: " + trimmedTo + ", " + head);
        }
    }

    /** A key, the offset it was given, the time of that event, and a fingerprint of the event's body. */
    public record KnownKey(String key, long offset, long timeMillis, long bodyFingerprint) {}

    /** The last write of one relay and the first offset that it was given. */
    public record KnownWrite(WriteId write, long firstOffset) {}

    /**
     * A command with an effect, and what its sender was answered.
     *
     * @param events how many events it came to, from {@code firstOffset} on
     */
    public record KnownCommand(
            String id, long firstOffset, int events, long timeMillis, long fingerprint, @Nullable JsonData reply) {}

    /**
     * A behaviour's state as its own bytes.
     *
     * @param behaviour the name of the behaviour that made it, and alone can read it
     * @param offset it is what all events up to this one come to
     */
    public record KnownState(String behaviour, long offset, byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof KnownState that
                    && behaviour.equals(that.behaviour)
                    && offset == that.offset
                    && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Objects.hash(behaviour, offset, Arrays.hashCode(bytes));
        }

        @Override
        public String toString() {
            return "KnownState[" + behaviour + "@" + offset + ", " + bytes.length + " bytes]";
        }
    }
}
