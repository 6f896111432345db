package io.millrace.platform.edge;

import com.typesafe.config.ConfigFactory;
import io.millrace.protocol.WsDecoder;
import io.millrace.protocol.WsFrames;
import io.millrace.protocol.WsHandshake;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.SourceQueueWithComplete;
import org.apache.pekko.util.ByteString;

/** Says every WebSocket message back, with the product's own codec, acceptor and wires; nothing else of the product. */
final class EchoServer implements AutoCloseable {
    private static final WsDecoder.Limits LIMITS = new WsDecoder.Limits(1 << 20, 1 << 20, 10_000);
    private static final Patience.Limits PATIENCE = new Patience.Limits(Duration.ofSeconds(20), Duration.ofSeconds(60));

    private final ActorSystem system = ActorSystem.create(
            "echo",
            ConfigFactory.parseString("pekko.loglevel = WARNING, pekko.coordinated-shutdown.exit-jvm = off")
                    .withFallback(ConfigFactory.load()));
    private final Materializer materializer = Materializer.createMaterializer(system);
    private final int port;

    EchoServer(HttpWire wire) {
        ServerSettings settings = ServerSettings.create(system);
        StreamHosts hosts = new StreamHosts(2, materializer);
        Function<HttpRequest, CompletionStage<HttpResponse>> routes =
                request -> CompletableFuture.completedFuture(switching(request));
        CompletableFuture<InetSocketAddress> bound = new CompletableFuture<>();
        system.actorOf(Acceptor.props(
                wire == HttpWire.LEAN
                        ? new LeanWire(system, settings, PATIENCE, routes, hosts)
                        : new PekkoWire(system, settings, PATIENCE, routes, hosts),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                settings,
                bound));
        port = bound.join().getPort();
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }

    private HttpResponse switching(HttpRequest request) {
        Pair<SourceQueueWithComplete<ByteString>, Source<ByteString, NotUsed>> echo =
                Source.<ByteString>queue(64, OverflowStrategy.backpressure()).preMaterialize(materializer);
        String key = request.getHeader("Sec-WebSocket-Key").orElseThrow().value();
        return HttpResponse.create()
                .withStatus(StatusCodes.SWITCHING_PROTOCOLS)
                .addHeader(RawHeader.create("Upgrade", "websocket"))
                .addHeader(Connection.create("upgrade"))
                .addHeader(RawHeader.create("Sec-WebSocket-Accept", WsHandshake.accept(key)))
                .addAttribute(EventStream.KEY, new EventStream(echo.second(), new Echo(echo.first())));
    }

    private static final class Echo implements Hearing {
        private final SourceQueueWithComplete<ByteString> out;
        private final WsDecoder decoder = new WsDecoder(LIMITS);
        private boolean over;

        Echo(SourceQueueWithComplete<ByteString> out) {
            this.out = out;
        }

        @Override
        public CompletionStage<Boolean> take(ByteString bytes) {
            CompletionStage<Boolean> taken = CompletableFuture.completedFuture(true);
            for (WsDecoder.Input input : decoder.feed(bytes.asByteBuffer())) {
                over |= input instanceof WsDecoder.Close || input instanceof WsDecoder.Violation;
                taken = taken.thenCompose(before -> answer(input));
            }
            return taken;
        }

        @Override
        public boolean isOver() {
            return over;
        }

        private CompletionStage<Boolean> answer(WsDecoder.Input input) {
            if (input instanceof WsDecoder.Text text) {
                return say(WsFrames.text(text.utf8()));
            } else if (input instanceof WsDecoder.Binary binary) {
                return say(WsFrames.binary(binary.payload()));
            } else if (input instanceof WsDecoder.Ping ping) {
                return say(WsFrames.pong(ping.payload()));
            } else if (input instanceof WsDecoder.Close close) {
                return sayLast(close.code() == WsDecoder.NO_CODE ? 1000 : close.code());
            } else if (input instanceof WsDecoder.Violation violation) {
                return sayLast(violation.closeCode());
            }
            return CompletableFuture.completedFuture(true);
        }

        private CompletionStage<Boolean> say(byte[] frame) {
            return out.offer(ByteString.fromArray(frame)).handle((taken, ended) -> ended == null);
        }

        private CompletionStage<Boolean> sayLast(int code) {
            return say(WsFrames.close(code, "")).whenComplete((taken, failure) -> out.complete());
        }
    }
}
