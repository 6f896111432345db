package io.millrace.persistence;

import io.millrace.persistence.ChannelSnapshot.KnownKey;
import io.millrace.persistence.ChannelSnapshot.KnownWrite;
import java.util.ArrayList;
import java.util.List;

/**
 * The versioned bytes of a {@link ChannelSnapshot}. Version 1: version 1 | head 8 | trimmed to 8 | last time 8 | keys |
 * writes, each list with its count in front. Throws {@link CorruptRecord} on bytes it could not have made.
 */
final class SnapshotCodec {
    private static final int VERSION = 1;
    private static final int LEAST_KEY_BYTES = 11;
    private static final int WRITE_BYTES = 25;

    private SnapshotCodec() {}

    static byte[] encode(ChannelSnapshot snapshot) {
        int expected = 32 + 48 * snapshot.keys().size() + 33 * snapshot.writes().size();
        ByteSink sink = new ByteSink(expected);
        sink.octet(VERSION).int64(snapshot.head()).int64(snapshot.trimmedTo()).int64(snapshot.lastTimeMillis());
        sink.varint(snapshot.keys().size());
        for (KnownKey key : snapshot.keys()) {
            sink.text(key.key());
            sink.varint(key.offset()).signedVarint(key.timeMillis()).int64(key.bodyFingerprint());
        }
        sink.varint(snapshot.writes().size());
        for (KnownWrite known : snapshot.writes()) {
            WriteId write = known.write();
            sink.int64(write.writerHigh()).int64(write.writerLow()).int64(write.sequence());
            sink.varint(known.firstOffset());
        }
        return sink.toBytes();
    }

    static ChannelSnapshot decode(byte[] bytes) {
        ByteSource source = new ByteSource(bytes);
        int version = source.octet("snapshot version");
        if (version != VERSION) {
            throw source.corrupt("snapshot version", "unknown version " + version);
        }
        long head = source.int64("head");
        long trimmedTo = source.int64("trimmed to");
        long lastTime = source.int64("last time");
        List<KnownKey> keys = readKeys(source);
        List<KnownWrite> writes = readWrites(source);
        source.end();
        try {
            return new ChannelSnapshot(head, trimmedTo, lastTime, keys, writes);
        } catch (IllegalArgumentException e) {
            throw new CorruptRecord("corrupt snapshot: " + e.getMessage(), e);
        }
    }

    private static List<KnownKey> readKeys(ByteSource source) {
        int count = source.count(source.varint("key count"), LEAST_KEY_BYTES, "key count");
        List<KnownKey> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            keys.add(new KnownKey(
                    source.text("key"),
                    source.varint("key offset"),
                    source.signedVarint("key time"),
                    source.int64("key fingerprint")));
        }
        return keys;
    }

    private static List<KnownWrite> readWrites(ByteSource source) {
        int count = source.count(source.varint("write count"), WRITE_BYTES, "write count");
        List<KnownWrite> writes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            WriteId write = new WriteId(source.int64("writer"), source.int64("writer"), source.int64("write sequence"));
            writes.add(new KnownWrite(write, source.varint("write offset")));
        }
        return writes;
    }
}
