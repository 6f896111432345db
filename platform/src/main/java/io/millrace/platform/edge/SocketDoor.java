package io.millrace.platform.edge;

import io.millrace.platform.access.Login;
import io.millrace.platform.connection.Caller;
import io.millrace.platform.connection.Connections;
import io.millrace.platform.connection.Form;
import io.millrace.platform.connection.Opening;
import io.millrace.platform.connection.Transport;
import io.millrace.platform.preset.Preset;
import io.millrace.protocol.Code;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.WsHandshake;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpProtocols;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/ws}: WebSocket with the product's own codec, since the library's accepts any size, sends no pings it
 * checks, and knows two close codes. The login comes with the request or as the first message.
 *
 * <pre>
 *   socket -> SocketHearing: decode -> one message at a time to the connection's actor
 *   socket <- frames <- the connection's Source
 * </pre>
 */
final class SocketDoor {
    private final Logins logins;
    private final Connections connections;
    private final Capacity capacity;
    private final EdgeSettings settings;

    SocketDoor(Logins logins, Connections connections, Capacity capacity, EdgeSettings settings) {
        this.logins = logins;
        this.connections = connections;
        this.capacity = capacity;
        this.settings = settings;
    }

    CompletionStage<HttpResponse> open(Call call) {
        String key = handshakeKey(call);
        Form form = call.form();
        return login(call).thenCompose(known -> {
            capacity.require();
            return connections
                    .open(new Opening(
                            Transport.WEBSOCKET,
                            known.login(),
                            List.of(),
                            null,
                            form,
                            false,
                            logins::verify,
                            caller(call),
                            call.arrival(known.token())))
                    .thenCompose(opened -> opened.frames()
                            .thenApply(frames -> switching(
                                    key,
                                    Logins.offersBearer(call),
                                    new EventStream(frames, new SocketHearing(opened, settings.socket())))));
        });
    }

    private Caller caller(Call call) {
        return new Caller(
                call.address(settings.trustedProxies()),
                call.flag("own"),
                false,
                call.flag("session"),
                null,
                call.limits());
    }

    /** @param token one that is to be checked, or an empty one missed, once the connection is up */
    private record Known(@Nullable Login login, @Nullable String token) {}

    private CompletionStage<Known> login(Call call) {
        logins.checkOrigin(call);
        String token = logins.token(call);
        boolean needed = token == null && !Logins.takesMessages(call);
        Preset preset = call.preset();
        if (preset != null && preset.words().socket().refusesOpen()) {
            return CompletableFuture.completedFuture(new Known(null, needed ? "" : token));
        }
        return token != null || needed
                ? logins.require(call).thenApply(login -> new Known(login, null))
                : CompletableFuture.completedFuture(new Known(null, null));
    }

    /** [spec] RFC 6455, 4.2.1: what the client's opening handshake must hold. */
    private static String handshakeKey(Call call) {
        if (!call.request().protocol().equals(HttpProtocols.HTTP_1_1)) {
            throw new InvalidInput(
                    Code.INVALID_REQUEST,
                    "protocol",
                    "WebSocket begins with HTTP/1.1 here, on a connection of its own");
        }
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

    private static HttpResponse switching(String key, boolean bearer, EventStream stream) {
        // [spec] RFC 6455, 4.1: a client that offered subprotocols fails a connection for one it didn't offer
        List<HttpHeader> chosen =
                bearer ? List.of(RawHeader.create(Logins.SUBPROTOCOLS, Logins.BEARER_PROTOCOL)) : List.of();
        return HttpResponse.create()
                .addHeaders(chosen)
                .withStatus(StatusCodes.SWITCHING_PROTOCOLS)
                .addHeader(RawHeader.create("Upgrade", "websocket"))
                .addHeader(Connection.create("upgrade"))
                .addHeader(RawHeader.create("Sec-WebSocket-Accept", WsHandshake.accept(key)))
                .addAttribute(EventStream.KEY, stream);
    }
}
