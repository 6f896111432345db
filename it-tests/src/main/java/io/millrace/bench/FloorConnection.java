package io.millrace.bench;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.Locale;

/**
 * One socket of the floor: a publisher that posts again and again, or a subscriber that only listens. Reads just enough
 * HTTP for this program's own load generator.
 */
final class FloorConnection {
    private static final int MAX_WAITING = 10_000;
    private static final int MAX_REQUEST = 16 * 1024 * 1024;
    private static final String RFC_6455_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final byte[] CREATED = ascii("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    private static final byte[] STREAM = ascii("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            + "Cache-Control: no-store\r\n\r\nevent: connected\ndata: {}\n\n");

    private enum Kind {
        REQUESTS,
        EVENTS,
        WEB_SOCKET_OPENED,
        WEB_SOCKET
    }

    private final SocketChannel socket;
    private final SelectionKey key;
    private final FloorServer server;
    private final Deque<ByteBuffer> waiting = new ArrayDeque<>();
    private Kind kind = Kind.REQUESTS;
    private byte[] request = new byte[1024];
    private int filled;

    private FloorConnection(SocketChannel socket, SelectionKey key, FloorServer server) {
        this.socket = socket;
        this.key = key;
        this.server = server;
    }

    static void accepted(SocketChannel socket, Selector selector, FloorServer server) throws IOException {
        socket.configureBlocking(false);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        SelectionKey key = socket.register(selector, SelectionKey.OP_READ);
        key.attach(new FloorConnection(socket, key, server));
    }

    /** False where the peer has gone. */
    boolean read(ByteBuffer buffer) throws IOException {
        buffer.clear();
        int count = socket.read(buffer);
        if (count < 0) {
            return false;
        }
        buffer.flip();
        switch (kind) {
            case REQUESTS -> {
                gather(buffer);
                takeRequests();
            }
            // whatever a WebSocket client says first is its subscription
            case WEB_SOCKET_OPENED -> subscribed();
            default -> buffer.clear();
        }
        return true;
    }

    private void gather(ByteBuffer buffer) throws IOException {
        int count = buffer.remaining();
        if (filled + count > MAX_REQUEST) {
            throw new IOException("a request of more than " + MAX_REQUEST + " bytes");
        }
        if (filled + count > request.length) {
            request = Arrays.copyOf(request, Math.max(request.length * 2, filled + count));
        }
        buffer.get(request, filled, count);
        filled += count;
    }

    private void takeRequests() throws IOException {
        int bodyAt = endOfHead();
        while (bodyAt > 0 && kind == Kind.REQUESTS) {
            String head = new String(request, 0, bodyAt, StandardCharsets.ISO_8859_1);
            int length = head.startsWith("POST") ? contentLength(head) : 0;
            if (filled < bodyAt + length) {
                return;
            }
            answer(head, ByteBuffer.wrap(request, bodyAt, length));
            System.arraycopy(request, bodyAt + length, request, 0, filled - bodyAt - length);
            filled -= bodyAt + length;
            bodyAt = endOfHead();
        }
    }

    private void answer(String head, ByteBuffer body) throws IOException {
        if (head.startsWith("POST")) {
            write(ByteBuffer.wrap(CREATED));
            server.publish(body);
        } else if (head.startsWith("GET /ws") || head.startsWith("GET /v1/ws")) {
            kind = Kind.WEB_SOCKET_OPENED;
            write(ByteBuffer.wrap(ascii("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept(head) + "\r\n\r\n")));
        } else {
            kind = Kind.EVENTS;
            write(ByteBuffer.wrap(STREAM));
            server.joinEvents(this);
        }
    }

    private void subscribed() throws IOException {
        kind = Kind.WEB_SOCKET;
        byte[] said = ascii("{\"type\":\"subscribed\"}");
        write(ByteBuffer.wrap(FloorServer.frameHead(said.length)));
        write(ByteBuffer.wrap(said));
        server.joinWebSockets(this);
    }

    /** Writes at once; only what the socket doesn't take is copied and waits, bounded. */
    void write(ByteBuffer bytes) throws IOException {
        if (waiting.isEmpty()) {
            socket.write(bytes);
            if (!bytes.hasRemaining()) {
                return;
            }
        }
        if (waiting.size() == MAX_WAITING) {
            throw new IOException("the subscriber is too slow");
        }
        ByteBuffer rest = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        waiting.add(rest);
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }

    void flush() throws IOException {
        ByteBuffer next = waiting.peek();
        while (next != null) {
            socket.write(next);
            if (next.hasRemaining()) {
                return;
            }
            waiting.remove();
            next = waiting.peek();
        }
        key.interestOps(SelectionKey.OP_READ);
    }

    boolean streaming() {
        return kind != Kind.REQUESTS;
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing is left to be done for a socket that doesn't even close
        }
    }

    /** Where the body begins, or 0 where the head isn't complete yet. */
    private int endOfHead() {
        for (int i = 3; i < filled; i++) {
            if (request[i] == '\n' && request[i - 1] == '\r' && request[i - 2] == '\n' && request[i - 3] == '\r') {
                return i + 1;
            }
        }
        return 0;
    }

    private static int contentLength(String head) {
        String value = header(head, "content-length");
        return value.isEmpty() ? 0 : Integer.parseInt(value);
    }

    private static String header(String head, String name) {
        int at = head.toLowerCase(Locale.ROOT).indexOf("\r\n" + name + ":");
        if (at < 0) {
            return "";
        }
        int from = at + name.length() + 3;
        return head.substring(from, head.indexOf("\r\n", from)).strip();
    }

    private static String accept(String head) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-1").digest(ascii(header(head, "sec-websocket-key") + RFC_6455_GUID));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-1", e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
