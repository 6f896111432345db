package io.millrace.platform.channel;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.millrace.persistence.RecordCodec;
import io.millrace.protocol.Event;
import java.io.IOException;
import java.util.List;

/**
 * What a channel tells a follower. A hint only: it may be lost or come late, and the journal is the truth. Offsets have no
 * holes, so a follower that misses one notices.
 */
public sealed interface Announcement extends Travels {

    /** Events that were just committed. Between nodes they travel in the journal's compact form. */
    record Announced(
            @JsonSerialize(using = EventsOut.class) @JsonDeserialize(using = EventsIn.class) List<Event> events)
            implements Announcement {}

    /**
     * The newest offset, and whether it is the stream's end: the answer to every {@code Follow}, and what stands for events too
     * large to send along.
     */
    record Head(long head, boolean complete) implements Announcement {
        /** Of a channel that goes on. */
        public Head(long head) {
            this(head, false);
        }
    }

    final class EventsOut extends StdSerializer<List<Event>> {
        private static final long serialVersionUID = 1L;

        EventsOut() {
            super(List.class, false);
        }

        @Override
        public void serialize(List<Event> events, JsonGenerator out, SerializerProvider context) throws IOException {
            out.writeBinary(RecordCodec.encodeEvents(events));
        }
    }

    final class EventsIn extends StdDeserializer<List<Event>> {
        private static final long serialVersionUID = 1L;

        EventsIn() {
            super(List.class);
        }

        @Override
        public List<Event> deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return RecordCodec.decodeEvents(in.getBinaryValue());
        }
    }
}
