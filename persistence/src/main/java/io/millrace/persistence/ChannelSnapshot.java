package io.millrace.persistence;

import io.millrace.protocol.Position;
import java.util.List;

/**
 * What a channel remembers beside its events, as it is stored in a snapshot.
 *
 * @param head the newest offset, 0 where nothing was ever published
 * @param trimmedTo everything up to and including this offset has been given up by retention
 * @param lastTimeMillis the time of the newest event, milliseconds since 1970; times never go back
 * @param keys the idempotency keys still remembered, oldest first
 * @param writes the last write of each relay heard lately, oldest first
 */
public record ChannelSnapshot(
        long head, long trimmedTo, long lastTimeMillis, List<KnownKey> keys, List<KnownWrite> writes) {

    public ChannelSnapshot {
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
}
