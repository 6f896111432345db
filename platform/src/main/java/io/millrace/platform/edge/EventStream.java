package io.millrace.platform.edge;

import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * What comes after a response's head, where that isn't a body of its own: a door answers with the head and this beside it,
 * and the listener's wire decides how the bytes get to the socket.
 *
 * @param frames ready bytes; to be run once, soon
 * @param hearing what the client says from then on; null where it has nothing more to say
 */
record EventStream(Source<ByteString, NotUsed> frames, @Nullable Hearing hearing) {
    static final AttributeKey<EventStream> KEY = AttributeKey.create("event-stream", EventStream.class);
}
