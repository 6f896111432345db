package io.millrace.platform.edge;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RemoteAddress;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.TLSProtocol;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.TLSPlacebo;
import org.apache.pekko.util.ByteString;

/**
 * Keeps Pekko HTTP at the door and off the wire: its server layer runs over a socket while requests are answered, and ends
 * once the head of an event stream is written. From then on there are two graphs of one stage or two each, no more.
 *
 * <pre>
 *   answering   socket -> SocketIn -> idle -> HTTP -> routes -> HTTP -> idle -> SocketOut -> socket
 *   streaming   socket -> Hearing (or nothing)      frames -> SocketOut -> socket
 * </pre>
 */
final class LeanWire {
    /** A stream that has said its last word has looked at its own time limit before; this is for the bytes in flight. */
    private static final Duration LAST_WRITE = Duration.ofSeconds(3);

    private final Function<HttpRequest, CompletionStage<HttpResponse>> routes;
    private final Materializer materializer;
    private final BidiFlow<HttpResponse, ByteString, ByteString, HttpRequest, NotUsed> http;
    private final Duration idle;
    private final int pipelining;

    LeanWire(
            ActorSystem system,
            ServerSettings settings,
            Function<HttpRequest, CompletionStage<HttpResponse>> routes,
            Materializer materializer) {
        this.routes = routes;
        this.materializer = materializer;
        this.idle = Duration.ofNanos(settings.getTimeouts().idleTimeout().toNanos());
        this.pipelining = settings.getPipeliningLimit();
        this.http = Http.get(system).serverLayer(settings).atop(plain()).atop(BidiFlow.bidirectionalIdleTimeout(idle));
    }

    /** A socket's HTTP, as its owner sees it. */
    record Answering(SocketIn.Handle in, SocketOut.Handle out, Requests requests) {}

    /** The requests of one socket that wait for their answers. */
    static final class Requests {
        private final AtomicInteger open = new AtomicInteger();
        private volatile boolean lastOnes;

        boolean areOpen() {
            return open.get() > 0;
        }

        /** Each further answer says that it is the last on this socket. */
        void areTheLast() {
            lastOnes = true;
        }
    }

    /** Runs HTTP over a socket. Its owner hears {@link EventStream} before such a stream's head can be on the socket. */
    Answering answer(ActorRef connection, ActorRef owner, InetSocketAddress peer) {
        RemoteAddress from = RemoteAddress.create(peer);
        Requests requests = new Requests();
        Flow<ByteString, ByteString, NotUsed> answers = Flow.of(HttpRequest.class)
                .mapAsync(pipelining, request -> {
                    requests.open.incrementAndGet();
                    return routes.apply(request.addAttribute(AttributeKeys.remoteAddress, from));
                })
                .map(answer -> {
                    requests.open.decrementAndGet();
                    return head(requests.lastOnes ? answer.addHeader(Connection.create("close")) : answer, owner);
                })
                .join(http);
        Pair<SocketIn.Handle, SocketOut.Handle> ends = Source.fromGraph(new SocketIn(connection))
                .via(answers)
                .toMat(Sink.fromGraph(new SocketOut(connection, owner, idle)), Keep.both())
                .run(materializer);
        return new Answering(ends.first(), ends.second(), requests);
    }

    /** Runs an event stream's frames into a socket that HTTP has left. */
    SocketOut.Handle stream(EventStream stream, ActorRef connection, ActorRef owner) {
        return stream.frames()
                .toMat(Sink.fromGraph(new SocketOut(connection, owner, LAST_WRITE)), Keep.right())
                .run(materializer);
    }

    /** Ends a stream that nobody will hear. */
    void drop(EventStream stream) {
        stream.frames().runWith(Sink.cancelled(), materializer);
    }

    private static HttpResponse head(HttpResponse answer, ActorRef owner) {
        EventStream stream = answer.getAttribute(EventStream.KEY).orElse(null);
        if (stream == null) {
            return answer;
        }
        owner.tell(stream, ActorRef.noSender());
        // A protocol that ends at once makes HTTP end too, once the head is written.
        return answer.status().equals(StatusCodes.SWITCHING_PROTOCOLS)
                ? PekkoWire.upgrade(answer, Flow.fromSinkAndSource(Sink.cancelled(), Source.empty()))
                : answer;
    }

    /** What comes in without TLS is bytes of a session, and that is one of the things HTTP takes. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static BidiFlow<TLSProtocol.SslTlsOutbound, ByteString, ByteString, TLSProtocol.SslTlsInbound, NotUsed>
            plain() {
        return (BidiFlow) TLSPlacebo.getInstance();
    }
}
