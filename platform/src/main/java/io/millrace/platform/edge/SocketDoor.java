package io.millrace.platform.edge;

import io.millrace.platform.access.Login;
import io.millrace.platform.connection.Connections;
import io.millrace.platform.connection.Opening;
import io.millrace.platform.connection.Transport;
import io.millrace.protocol.Code;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.WsDecoder;
import io.millrace.protocol.WsHandshake;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.impl.engine.server.UpgradeToOtherProtocolResponseHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/ws}: WebSocket with the product's own codec, since the library's accepts any size, sends no pings it
 * checks, and knows two close codes. The login comes with the request or as the first message.
 *
 * <pre>
 *   socket -> decode -> one message at a time to the connection's actor
 *   socket <- frames <- the connection's Source
 * </pre>
 */
final class SocketDoor {
    private final Logins logins;
    private final Connections connections;
    private final EdgeSettings settings;

    SocketDoor(Logins logins, Connections connections, EdgeSettings settings) {
        this.logins = logins;
        this.connections = connections;
        this.settings = settings;
    }

    CompletionStage<HttpResponse> open(Call call) {
        String key = handshakeKey(call);
        return login(call).thenCompose(login -> {
            if (connections.count() >= settings.connections()) {
                throw Capacity.nodeFull();
            }
            Connections.Opened opened =
                    connections.open(new Opening(Transport.WEBSOCKET, login.login(), List.of(), logins::verify));
            return opened.frames().thenApply(frames -> switching(key, conversation(opened, frames)));
        });
    }

    private record Known(@Nullable Login login) {}

    private CompletionStage<Known> login(Call call) {
        logins.checkOrigin(call);
        return logins.token(call) == null
                ? CompletableFuture.completedFuture(new Known(null))
                : logins.require(call).thenApply(Known::new);
    }

    /** [spec] RFC 6455, 4.2.1: what the client's opening handshake must hold. */
    private static String handshakeKey(Call call) {
        String upgrade = call.header("Upgrade");
        String version = call.header("Sec-WebSocket-Version");
        String key = call.header("Sec-WebSocket-Key");
        if (upgrade == null || !upgrade.toLowerCase(Locale.ROOT).contains("websocket")) {
            throw new InvalidInput(
                    Code.INVALID_REQUEST, "Upgrade", "this address speaks WebSocket: send Upgrade: websocket");
        }
        if (version == null || !WsHandshake.isVersion(version)) {
            throw new InvalidInput(Code.INVALID_REQUEST, "Sec-WebSocket-Version", "must be " + WsHandshake.VERSION);
        }
        if (key == null || !WsHandshake.isKey(key)) {
            throw new InvalidInput(Code.INVALID_REQUEST, "Sec-WebSocket-Key", "must be 16 bytes in base64");
        }
        return key;
    }

    private static HttpResponse switching(String key, Flow<ByteString, ByteString, NotUsed> conversation) {
        return HttpResponse.create()
                .withStatus(StatusCodes.SWITCHING_PROTOCOLS)
                .addHeader(RawHeader.create("Upgrade", "websocket"))
                .addHeader(Connection.create("upgrade"))
                .addHeader(RawHeader.create("Sec-WebSocket-Accept", WsHandshake.accept(key)))
                .addHeader(new UpgradeToOtherProtocolResponseHeader(asAny(conversation)));
    }

    /** The header wants a Scala flow of any materialised value; Scala's flows are covariant in it, Java's generics aren't. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static org.apache.pekko.stream.scaladsl.Flow<ByteString, ByteString, Object> asAny(
            Flow<ByteString, ByteString, NotUsed> flow) {
        return (org.apache.pekko.stream.scaladsl.Flow) flow.asScala();
    }

    private Flow<ByteString, ByteString, NotUsed> conversation(
            Connections.Opened opened, Source<ByteString, NotUsed> frames) {
        EdgeSettings.Socket limits = settings.socket();
        Sink<ByteString, NotUsed> in = Flow.of(ByteString.class)
                .statefulMapConcat(() -> {
                    WsDecoder decoder = new WsDecoder(
                            new WsDecoder.Limits(limits.frameBytes(), limits.messageBytes(), limits.fragments()));
                    return bytes -> decoder.feed(bytes.asByteBuffer());
                })
                .mapAsync(1, input -> take(opened, input))
                .to(Sink.ignore());
        return Flow.fromSinkAndSourceCoupledMat(in, frames, Keep.left());
    }

    private static CompletionStage<Boolean> take(Connections.Opened opened, WsDecoder.Input input) {
        if (input instanceof WsDecoder.Text text) {
            return opened.said(text.utf8());
        }
        if (input instanceof WsDecoder.Ping ping) {
            opened.pinged(ping.payload());
        } else if (input instanceof WsDecoder.Pong) {
            opened.ponged();
        } else if (input instanceof WsDecoder.Close close) {
            opened.hangsUp(close.code() == WsDecoder.NO_CODE ? 1000 : close.code());
        } else if (input instanceof WsDecoder.Binary) {
            opened.end(Code.UNSUPPORTED_DATA, "send JSON in text messages");
        } else if (input instanceof WsDecoder.Violation violation) {
            opened.end(code(violation.closeCode()), violation.why());
        }
        return CompletableFuture.completedFuture(true);
    }

    private static Code code(int closeCode) {
        return switch (closeCode) {
            case 1007 -> Code.INVALID_UTF8;
            case 1009 -> Code.MESSAGE_TOO_LARGE;
            default -> Code.PROTOCOL_ERROR;
        };
    }
}
