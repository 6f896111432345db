package io.millrace.persistence;

import io.millrace.persistence.ChannelSnapshot.KnownCommand;
import io.millrace.persistence.ChannelSnapshot.KnownKey;
import io.millrace.persistence.ChannelSnapshot.KnownState;
import io.millrace.persistence.ChannelSnapshot.KnownWrite;
import io.millrace.protocol.JsonData;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The versioned bytes of a {@link ChannelSnapshot}. Throws {@link CorruptRecord} on bytes it could not have made.
 *
 * <pre>
 *   version 1 | head 8 | trimmed to 8 | last time 8 | keys | writes            each list with its count in front
 *   version 2 | as version 1 | complete 1 | commands | state there? 1 [| behaviour | offset | bytes]
 * </pre>
 *
 * A snapshot that has nothing of version 2 is still written as version 1, which a node of the release before can read.
 */
final class SnapshotCodec {
    private static final int VERSION_1 = 1;
    private static final int VERSION_2 = 2;
    private static final int LEAST_KEY_BYTES = 11;
    private static final int WRITE_BYTES = 25;
    private static final int LEAST_COMMAND_BYTES = 13;

    private SnapshotCodec() {}

    static byte[] encode(ChannelSnapshot snapshot) {
        boolean least = !snapshot.complete() && snapshot.commands().isEmpty() && snapshot.state() == null;
        int expected = 32 + 48 * snapshot.keys().size() + 33 * snapshot.writes().size();
        ByteSink sink = new ByteSink(expected);
        sink.octet(least ? VERSION_1 : VERSION_2);
        sink.int64(snapshot.head()).int64(snapshot.trimmedTo()).int64(snapshot.lastTimeMillis());
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
        if (!least) {
            writeVersion2(sink, snapshot);
        }
        return sink.toBytes();
    }

    private static void writeVersion2(ByteSink sink, ChannelSnapshot snapshot) {
        sink.octet(snapshot.complete() ? 1 : 0);
        sink.varint(snapshot.commands().size());
        for (KnownCommand command : snapshot.commands()) {
            JsonData reply = command.reply();
            sink.text(command.id()).varint(command.firstOffset()).varint(command.events());
            sink.signedVarint(command.timeMillis()).int64(command.fingerprint());
            sink.optionalBlock(reply == null ? null : reply.utf8());
        }
        KnownState state = snapshot.state();
        sink.octet(state == null ? 0 : 1);
        if (state != null) {
            sink.text(state.behaviour()).varint(state.offset()).block(state.bytes());
        }
    }

    static ChannelSnapshot decode(byte[] bytes) {
        ByteSource source = new ByteSource(bytes);
        int version = source.octet("snapshot version");
        if (version != VERSION_1 && version != VERSION_2) {
            throw source.corrupt("snapshot version", "unknown version " + version);
        }
        long head = source.int64("head");
        long trimmedTo = source.int64("trimmed to");
        long lastTime = source.int64("last time");
        List<KnownKey> keys = readKeys(source);
        List<KnownWrite> writes = readWrites(source);
        boolean complete = version == VERSION_2 && source.octet("complete") == 1;
        List<KnownCommand> commands = version == VERSION_2 ? readCommands(source) : List.of();
        KnownState state = version == VERSION_2 ? readState(source) : null;
        source.end();
        try {
            return new ChannelSnapshot(head, trimmedTo, lastTime, keys, writes, complete, commands, state);
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

    private static List<KnownCommand> readCommands(ByteSource source) {
        int count = source.count(source.varint("command count"), LEAST_COMMAND_BYTES, "command count");
        List<KnownCommand> commands = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String id = source.text("command id");
            long firstOffset = source.varint("command offset");
            int events = (int) source.varint("command events");
            long time = source.signedVarint("command time");
            long fingerprint = source.int64("command fingerprint");
            byte[] reply = source.optionalBlock("reply");
            commands.add(new KnownCommand(
                    id, firstOffset, events, time, fingerprint, reply == null ? null : JsonData.trusted(reply)));
        }
        return commands;
    }

    private static @Nullable KnownState readState(ByteSource source) {
        return source.octet("state") == 0
                ? null
                : new KnownState(source.text("behaviour"), source.varint("state offset"), source.block("state bytes"));
    }
}
