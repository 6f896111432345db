package io.millrace.bench;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The server under load, and the requests it is asked with, rendered once as bytes. Only loopback addresses are taken:
 * this program must never point at somebody's production by a slip.
 */
record Target(InetSocketAddress address, String token, Dialect dialect) {
    static Target of(String url, String token) {
        return of(url, token, Dialect.MILLRACE);
    }

    static Target of(String url, String token, Dialect dialect) {
        URI uri = URI.create(url);
        if (!"http".equals(uri.getScheme()) || uri.getHost() == null || uri.getPort() < 0) {
            throw new BenchFailure("--url looks like http://127.0.0.1:8080, got '" + url + "'");
        }
        InetSocketAddress address = new InetSocketAddress(uri.getHost(), uri.getPort());
        if (address.getAddress() == null || !address.getAddress().isLoopbackAddress()) {
            throw new BenchFailure("the benchmark only talks to loopback addresses, not to " + uri.getHost());
        }
        return new Target(address, token, dialect);
    }

    static Target from(Args args) {
        return of(args.text("url"), args.text("token", "none"), args.choice("dialect", Dialect.MILLRACE));
    }

    /** Opens an event stream. The query has no question mark; an empty one starts at what comes next. */
    byte[] follow(String channel, String query, @Nullable String lastEventId) {
        return ascii("GET " + dialect.eventsPath(channel, query) + " HTTP/1.1\r\n" + common()
                + "Accept: text/event-stream\r\n"
                + (lastEventId == null ? "" : "Last-Event-ID: " + lastEventId + "\r\n") + "\r\n");
    }

    /** The opening handshake of RFC 6455. No extension is offered, so that no server has to compress. */
    byte[] upgrade(String channel) {
        return ascii("GET " + dialect.socketPath(channel) + " HTTP/1.1\r\n" + common()
                + "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bWlsbHJhY2UtYmVuY2gtMQ==\r\n\r\n");
    }

    byte[] publishHead(String channel, int contentLength) {
        return ascii("POST " + dialect.publishPath(channel) + " HTTP/1.1\r\n" + common()
                + "Content-Type: application/json\r\nContent-Length: " + contentLength + "\r\n\r\n");
    }

    String url() {
        return "http://" + address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private String common() {
        return "Host: " + address.getHostString() + ":" + address.getPort() + "\r\nAuthorization: Bearer " + token
                + "\r\n";
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
