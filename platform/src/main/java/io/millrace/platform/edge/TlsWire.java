package io.millrace.platform.edge;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.impl.engine.http2.Http2;
import org.apache.pekko.http.impl.engine.http2.Http2Blueprint;
import org.apache.pekko.http.impl.engine.http2.Http2Ext;
import org.apache.pekko.http.impl.engine.server.ServerTerminator;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.http.scaladsl.Http;
import org.apache.pekko.http.scaladsl.HttpExt;
import org.apache.pekko.http.scaladsl.HttpsConnectionContext;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.TLSClosing$;
import org.apache.pekko.stream.TLSProtocol.SslTlsInbound;
import org.apache.pekko.stream.TLSProtocol.SslTlsOutbound;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.TLS;
import org.apache.pekko.util.ByteString;
import scala.Option;
import scala.concurrent.Future$;
import scala.concurrent.duration.Duration;

/**
 * Carries event streams through Pekko HTTP's own stages, over TLS. The client chooses the protocol within the handshake
 * (ALPN): HTTP/2 where it is offered and taken, HTTP/1.1 otherwise. Over HTTP/2 an event stream is one stream of many;
 * WebSocket needs HTTP/1.1.
 *
 * <pre>
 *   socket -> SocketIn -> Patience -> TLS -+-> HTTP/1.1 -> routes -> HTTP/1.1 -+-> TLS -> Patience -> SocketOut -> socket
 *                                          +-> HTTP/2 --> routes --> HTTP/2 ---+
 * </pre>
 */
final class TlsWire implements Wire {
    /** Nobody asks a socket's HTTP to end by this: its owner does. */
    private static final ServerTerminator UNASKED =
            (deadline, executor) -> Future$.MODULE$.failed(new IllegalStateException("not asked"));

    private static final AttributeKey<Object> STREAM = Http2.streamId();

    private final Function<HttpRequest, CompletionStage<HttpResponse>> routes;
    private final StreamHosts hosts;
    private final Patience.Limits limits;
    private final ServerSettings settings;
    private final Certificates certificates;
    private final HttpsConnectionContext context;
    private final Http2Ext switching;
    private final BidiFlow<HttpResponse, SslTlsOutbound, SslTlsInbound, HttpRequest, NotUsed> http1;
    private final BidiFlow<HttpResponse, SslTlsOutbound, SslTlsInbound, HttpRequest, NotUsed> http2;
    private final boolean offersHttp2;

    TlsWire(
            ActorSystem system,
            ServerSettings settings,
            Patience.Limits limits,
            Certificates certificates,
            boolean offersHttp2,
            Function<HttpRequest, CompletionStage<HttpResponse>> routes,
            StreamHosts hosts) {
        this.routes = routes;
        this.hosts = hosts;
        this.limits = limits;
        this.settings = settings;
        this.offersHttp2 = offersHttp2;
        this.certificates = certificates;
        this.context = (HttpsConnectionContext) ConnectionContext.httpsServer(certificates::engine);
        this.switching = Http2.get(system);
        HttpExt http = Http.apply(system);
        org.apache.pekko.http.scaladsl.settings.ServerSettings scala =
                (org.apache.pekko.http.scaladsl.settings.ServerSettings) settings;
        LoggingAdapter log = system.log();
        this.http1 = inJava(http.serverLayer(scala, Option.empty(), log, true));
        this.http2 = inJava(Http2Blueprint.serverStackTls(
                withoutIdleTimeout(settings), log, switching.telemetry(), http.dateHeaderRendering()));
    }

    @Override
    public StreamHosts hosts() {
        return hosts;
    }

    @Override
    public Answering answer(TcpSocket socket, ActorRef owner) {
        Requests requests = new Requests(socket.peer());
        Flow<SslTlsInbound, SslTlsOutbound, NotUsed> alone = PekkoWire.answers(
                        routes, settings.getPipeliningLimit(), requests)
                .join(http1);
        Flow<ByteString, ByteString, NotUsed> answers = offersHttp2
                ? either(alone, streams(requests).join(http2))
                : alone.join(TLS.create(certificates::engine, session -> {}, TLSClosing$.MODULE$.ignoreComplete()));
        return Wire.run(
                answers.join(Patience.with(limits, requests)), requests, limits, socket, owner, hosts.materializer());
    }

    private Flow<ByteString, ByteString, NotUsed> either(
            Flow<SslTlsInbound, SslTlsOutbound, NotUsed> http1, Flow<SslTlsInbound, SslTlsOutbound, NotUsed> http2) {
        return switching
                .httpsWithAlpn(context, unasked(http1), unasked(http2))
                .asJava()
                .mapMaterializedValue(terminator -> NotUsed.getInstance());
    }

    /** Requests answered side by side, each answer with the number of its stream. */
    private Flow<HttpRequest, HttpResponse, NotUsed> streams(Requests requests) {
        return Flow.of(HttpRequest.class)
                .mapAsyncUnordered(settings.getHttp2Settings().getMaxConcurrentStreams(), request -> {
                    requests.multiplexed();
                    return requests.ask(routes, request)
                            .thenApply(answer -> number(PekkoWire.carry(answer, requests), request));
                });
    }

    /** {@link Patience} has it, and knows event streams. */
    private static org.apache.pekko.http.scaladsl.settings.ServerSettings withoutIdleTimeout(ServerSettings settings) {
        return (org.apache.pekko.http.scaladsl.settings.ServerSettings)
                settings.withTimeouts(settings.getTimeouts().withIdleTimeout(Duration.Inf()));
    }

    private static HttpResponse number(HttpResponse answer, HttpRequest request) {
        return request.getAttribute(STREAM)
                .map(stream -> answer.addAttribute(STREAM, stream))
                .orElse(answer);
    }

    private static org.apache.pekko.stream.scaladsl.Flow<SslTlsInbound, SslTlsOutbound, ServerTerminator> unasked(
            Flow<SslTlsInbound, SslTlsOutbound, NotUsed> http) {
        return http.mapMaterializedValue(notUsed -> UNASKED).asScala();
    }

    /** The Scala API's requests and answers are the Java API's. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static BidiFlow<HttpResponse, SslTlsOutbound, SslTlsInbound, HttpRequest, NotUsed> inJava(
            org.apache.pekko.stream.scaladsl.BidiFlow layer) {
        return layer.asJava();
    }
}
