package io.millrace.persistence;

import io.millrace.protocol.Event;
import java.util.List;

/** The compact, versioned bytes of what the journal keeps and of what nodes tell each other about it. */
public final class RecordCodec {
    private RecordCodec() {}

    public static byte[] encode(ChannelRecord record) {
        throw new UnsupportedOperationException();
    }

    public static ChannelRecord decode(byte[] bytes) {
        throw new UnsupportedOperationException();
    }

    public static byte[] encodeEvents(List<Event> events) {
        throw new UnsupportedOperationException();
    }

    public static List<Event> decodeEvents(byte[] bytes) {
        throw new UnsupportedOperationException();
    }
}
