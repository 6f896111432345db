package io.millrace.platform.edge;

import java.time.Duration;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Sink;
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

    /** A stream that has said its last word has looked at its own time limit before; this is for the bytes in flight. */
    private static final Duration LAST_WRITE = Duration.ofSeconds(3);

    /** The answer with its frames, if it has any, where they can be a response's body; a conversation can't. */
    static HttpResponse asBody(HttpResponse head) {
        return head.getAttribute(KEY)
                .filter(stream -> stream.hearing() == null)
                .map(stream -> head.withEntity(
                        HttpEntities.createCloseDelimited(head.entity().getContentType(), stream.frames())))
                .orElse(head);
    }

    /** Writes the frames into a socket that HTTP has left. */
    SocketOut run(TcpSocket socket, ActorRef owner, StreamHosts hosts) {
        SocketOut out = new SocketOut(socket, owner, LAST_WRITE);
        hosts.run(frames.to(Sink.fromGraph(out)), () -> owner.tell(new SocketOut.Broken(out), ActorRef.noSender()));
        return out;
    }

    /** What is left once it runs: what frames are made by needn't be kept twice for as long as they come. */
    EventStream underWay() {
        return new EventStream(Source.empty(), hearing);
    }

    /** Ends a stream that nobody will hear. */
    void drop(StreamHosts hosts) {
        hosts.run(frames.to(Sink.cancelled()), () -> {});
    }
}
