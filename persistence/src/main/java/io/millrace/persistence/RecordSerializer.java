package io.millrace.persistence;

import java.io.NotSerializableException;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * Gives Pekko the bytes of channel records and snapshots. The manifest names what they are; which version they are stands
 * in the bytes themselves, and each codec reads every version there ever was.
 */
final class RecordSerializer extends SerializerWithStringManifest {
    /** Stored with every row, and named in the migrations: never to be changed. */
    static final int IDENTIFIER = 7301;

    private static final String PUBLISHED = "P1";
    private static final String TRIMMED = "T1";
    private static final String ENDED = "C1";
    private static final String TRIMMED_AFTER_END = "U1";
    private static final String EXECUTED = "E1";
    private static final String SNAPSHOT = "S1";

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object thing) {
        if (thing instanceof ChannelRecord record) {
            return switch (RecordCodec.kindOf(record)) {
                case RecordCodec.TRIMMED -> TRIMMED;
                case RecordCodec.TRIMMED_AFTER_END -> TRIMMED_AFTER_END;
                case RecordCodec.ENDED -> ENDED;
                case RecordCodec.EXECUTED -> EXECUTED;
                default -> PUBLISHED;
            };
        }
        if (thing instanceof ChannelSnapshot) {
            return SNAPSHOT;
        }
        throw new IllegalArgumentException("not a channel record or snapshot: " + thing.getClass());
    }

    @Override
    public byte[] toBinary(Object thing) {
        return thing instanceof ChannelSnapshot snapshot
                ? SnapshotCodec.encode(snapshot)
                : RecordCodec.encode((ChannelRecord) thing);
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
        return switch (manifest) {
            case PUBLISHED, TRIMMED, ENDED, TRIMMED_AFTER_END, EXECUTED -> RecordCodec.decode(bytes);
            case SNAPSHOT -> SnapshotCodec.decode(bytes);
            default ->
                throw new NotSerializableException("unknown manifest '" + manifest + "' of serializer " + IDENTIFIER
                        + "; a newer release may have written it");
        };
    }
}
