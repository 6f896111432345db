package io.millrace.platform.edge;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Keeps Pekko HTTP at the door and off the wire: its server layer runs over a socket while requests are answered, and ends
 * once the head of an event stream is written. From then on there are two graphs of one stage or two each, no more.
 *
 * <pre>
 *   answering   socket -> SocketIn -> Patience -> HTTP -> routes -> HTTP -> Patience -> SocketOut -> socket
 *   streaming   socket -> Hearing (or nothing)      frames -> SocketOut -> socket
 * </pre>
 */
final class LeanWire implements Wire {
    private final Function<HttpRequest, CompletionStage<HttpResponse>> routes;
    private final StreamHosts hosts;
    private final BidiFlow<HttpResponse, ByteString, ByteString, HttpRequest, NotUsed> http;
    private final Patience.Limits limits;
    private final int pipelining;

    LeanWire(
            ActorSystem system,
            ServerSettings settings,
            Patience.Limits limits,
            Function<HttpRequest, CompletionStage<HttpResponse>> routes,
            StreamHosts hosts) {
        this.routes = routes;
        this.hosts = hosts;
        this.limits = limits;
        this.pipelining = settings.getPipeliningLimit();
        this.http = PekkoWire.plainHttp(system, settings);
    }

    @Override
    public StreamHosts hosts() {
        return hosts;
    }

    /** The owner hears {@link EventStream} before such a stream's head can be on the socket. */
    @Override
    public Answering answer(TcpSocket socket, ActorRef owner) {
        Requests requests = new Requests(socket.peer());
        Flow<ByteString, ByteString, NotUsed> answers = Flow.of(HttpRequest.class)
                .mapAsync(pipelining, request -> requests.ask(routes, request))
                .map(answer -> head(PekkoWire.last(answer, requests), owner))
                .join(http)
                .join(Patience.with(limits, requests));
        return Wire.run(answers, requests, limits, socket, owner, hosts.materializer());
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
}
