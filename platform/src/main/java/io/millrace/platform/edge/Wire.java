package io.millrace.platform.edge;

import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** What runs over an accepted socket while its requests are answered. */
interface Wire {

    /** A socket's HTTP, as its owner sees it. */
    record Answering(SocketIn.Handle in, SocketOut out, Requests requests) {}

    /**
     * Runs HTTP over a socket. An owner that is told of an {@link EventStream} runs it once HTTP has ended; where it is told
     * of none, event streams are carried in their responses.
     */
    Answering answer(TcpSocket socket, ActorRef owner);

    /** What event streams run in. */
    StreamHosts hosts();

    /** Runs a flow of bytes in and out over a socket. */
    static Answering run(
            Flow<ByteString, ByteString, NotUsed> answers,
            Requests requests,
            Patience.Limits limits,
            TcpSocket socket,
            ActorRef owner,
            Materializer materializer) {
        SocketOut out = new SocketOut(socket, owner, limits.idle());
        SocketIn.Handle in = Source.fromGraph(new SocketIn(socket.actor()))
                .via(answers)
                .to(Sink.fromGraph(out))
                .run(materializer);
        return new Answering(in, out, requests);
    }
}
