package io.millrace.platform.edge;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.impl.engine.server.UpgradeToOtherProtocolResponseHeader;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.TLSProtocol;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.TLSPlacebo;
import org.apache.pekko.util.ByteString;

/**
 * Carries event streams through Pekko HTTP's own stages: as a response's body, or as the protocol a connection is upgraded
 * to. Costs several times the {@link LeanWire}.
 *
 * <pre>
 *   socket -> SocketIn -> Patience -> HTTP -> routes -> HTTP -> Patience -> SocketOut -> socket
 *                                     (frames are a response's body, or what HTTP is changed to)
 * </pre>
 */
final class PekkoWire implements Wire {
    private final Function<HttpRequest, CompletionStage<HttpResponse>> routes;
    private final StreamHosts hosts;
    private final BidiFlow<HttpResponse, ByteString, ByteString, HttpRequest, NotUsed> http;
    private final Patience.Limits limits;
    private final int pipelining;

    PekkoWire(
            ActorSystem system,
            ServerSettings settings,
            Patience.Limits limits,
            Function<HttpRequest, CompletionStage<HttpResponse>> routes,
            StreamHosts hosts) {
        this.routes = routes;
        this.hosts = hosts;
        this.limits = limits;
        this.pipelining = settings.getPipeliningLimit();
        this.http = plainHttp(system, settings);
    }

    @Override
    public StreamHosts hosts() {
        return hosts;
    }

    @Override
    public Answering answer(TcpSocket socket, ActorRef owner) {
        Requests requests = new Requests(socket.peer());
        Flow<ByteString, ByteString, NotUsed> answers = Flow.of(ByteString.class)
                .buffer(1, OverflowStrategy.backpressure()) // a read always waits, so a peer that goes is noticed
                .via(answers(routes, pipelining, requests).join(http))
                .join(Patience.with(limits, requests));
        return Wire.run(answers, requests, limits, socket, owner, hosts.materializer());
    }

    /** Requests answered one after the other, event streams with their frames. */
    static Flow<HttpRequest, HttpResponse, NotUsed> answers(
            Function<HttpRequest, CompletionStage<HttpResponse>> routes, int pipelining, Requests requests) {
        return Flow.of(HttpRequest.class)
                .mapAsync(pipelining, request -> requests.ask(routes, request))
                .map(answer -> carry(last(answer, requests), requests));
    }

    /** HTTP over bytes. */
    static BidiFlow<HttpResponse, ByteString, ByteString, HttpRequest, NotUsed> plainHttp(
            ActorSystem system, ServerSettings settings) {
        return Http.get(system).serverLayer(settings).atop(plain());
    }

    /** An answer that says so where it is the last one on its socket. */
    static HttpResponse last(HttpResponse answer, Requests requests) {
        return requests.lastOnes() ? answer.addHeader(Connection.create("close")) : answer;
    }

    /** The answer with its frames, if it has any. */
    static HttpResponse carry(HttpResponse head, Requests requests) {
        return head.getAttribute(EventStream.KEY)
                .map(stream -> carry(head, new EventStream(requests.during(stream.frames()), stream.hearing())))
                .orElse(head);
    }

    private static HttpResponse carry(HttpResponse head, EventStream stream) {
        Hearing hearing = stream.hearing();
        return hearing == null
                ? head.withEntity(
                        HttpEntities.createCloseDelimited(head.entity().getContentType(), stream.frames()))
                : upgrade(head, conversation(stream, hearing));
    }

    private static Flow<ByteString, ByteString, NotUsed> conversation(EventStream stream, Hearing hearing) {
        Sink<ByteString, NotUsed> in =
                Flow.of(ByteString.class).mapAsync(1, hearing::take).to(Sink.ignore());
        return Flow.fromSinkAndSourceCoupledMat(in, stream.frames(), Keep.left());
    }

    static HttpResponse upgrade(HttpResponse head, Flow<ByteString, ByteString, NotUsed> conversation) {
        return head.addHeader(new UpgradeToOtherProtocolResponseHeader(asAny(conversation)));
    }

    /** The header wants a Scala flow of any materialised value; Scala's flows are covariant in it, Java's generics aren't. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static org.apache.pekko.stream.scaladsl.Flow<ByteString, ByteString, Object> asAny(
            Flow<ByteString, ByteString, NotUsed> flow) {
        return (org.apache.pekko.stream.scaladsl.Flow) flow.asScala();
    }

    /** What comes in without TLS is bytes of a session, and that is one of the things HTTP takes. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static BidiFlow<TLSProtocol.SslTlsOutbound, ByteString, ByteString, TLSProtocol.SslTlsInbound, NotUsed>
            plain() {
        return (BidiFlow) TLSPlacebo.getInstance();
    }
}
