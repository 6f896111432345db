package io.millrace.platform.boot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.protocol.SseParser;
import io.millrace.protocol.WsClientFrames;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A plain socket with just enough HTTP, event stream and WebSocket on it, so that nothing tidies up what is sent. */
final class Wire implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;
    private final SseParser parser = new SseParser();
    private final Deque<SseParser.Message> messages = new ArrayDeque<>();

    Wire(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What came back; {@code body} as far as its length was told or the line was closed. */
    record Reply(int status, Map<String, List<String>> headers, byte[] body) {
        String header(String name) {
            List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
            return values == null ? null : String.join(", ", values);
        }

        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String code() {
            String type = header("Content-Type");
            return type != null && type.startsWith("application/problem+json")
                    ? json().path("code").asText()
                    : null;
        }

        @Override
        public String toString() {
            return status + " " + headers + " " + new String(body, StandardCharsets.UTF_8);
        }
    }

    static Reply get(int port, String path, String token) {
        return call(port, "GET", path, token, null);
    }

    static Reply post(int port, String path, String token, String body, String... headers) {
        return call(port, "POST", path, token, body, headers);
    }

    static Reply call(int port, String method, String path, String token, String body, String... headers) {
        try (Wire wire = new Wire(port)) {
            wire.send(request(method, path, token, body, headers));
            return wire.reply(method.equals("HEAD"));
        }
    }

    static byte[] request(String method, String path, String token, String body, String... headers) {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        if (token != null) {
            head.append("Authorization: Bearer ").append(token).append("\r\n");
        }
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
        if (body != null) {
            head.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(bytes.length)
                    .append("\r\n");
        }
        byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(start);
        whole.writeBytes(bytes);
        return whole.toByteArray();
    }

    /** What the other side no longer takes is not sent: it may have answered and closed already. */
    void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException closed) {
            // the reply, if any, says why
        }
    }

    void sendOneByOne(byte[] bytes) {
        for (byte each : bytes) {
            send(new byte[] {each});
        }
    }

    Reply reply(boolean headOnly) {
        Reply head = head();
        try {
            String length = head.header("Content-Length");
            byte[] body = headOnly || head.status() == 204
                    ? new byte[0]
                    : length == null ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length));
            return new Reply(head.status(), head.headers(), body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Reply head() {
        try {
            String line = line();
            int status = Integer.parseInt(line.substring(9, 12));
            Map<String, List<String>> headers = new TreeMap<>();
            for (line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(':');
                headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                        .add(line.substring(colon + 1).trim());
            }
            return new Reply(status, headers, new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("closed after \"" + line + "\"");
            }
            line.append((char) c);
        }
        return line.toString().trim();
    }

    // event streams

    /** Opens an event stream and reads its head. */
    static Wire stream(int port, String path, String token, String... headers) {
        Wire wire = new Wire(port);
        wire.send(request("GET", path, token, null, headers));
        Reply head = wire.head();
        if (head.status() != 200) {
            throw new AssertionError("not a stream: " + head);
        }
        return wire;
    }

    /** The next event of the stream, or null where it has ended. */
    SseParser.Message event() {
        try {
            byte[] some = new byte[8192];
            while (messages.isEmpty()) {
                int read = in.read(some);
                if (read < 0) {
                    return null;
                }
                messages.addAll(parser.feed(java.util.Arrays.copyOf(some, read)));
            }
            return messages.poll();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every byte that comes, until the line ends or there are enough. */
    byte[] bytes(Predicate<byte[]> enough) {
        try {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] some = new byte[8192];
            while (!enough.test(all.toByteArray())) {
                int read = in.read(some);
                if (read < 0) {
                    break;
                }
                all.write(some, 0, read);
            }
            return all.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String streamText(Predicate<String> enough) {
        try {
            StringBuilder text = new StringBuilder();
            while (!enough.test(text.toString())) {
                int c = in.read();
                if (c < 0) {
                    break;
                }
                text.append((char) c);
            }
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAtEnd() {
        try {
            return in.read() < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    // WebSocket

    /** Goes up to a WebSocket, past the 101. */
    static Wire socket(int port, String token) {
        return socket(port, token, "");
    }

    static Wire socket(int port, String token, String query) {
        Wire wire = new Wire(port);
        wire.send(upgrade("/v1/ws" + query, token));
        Reply head = wire.head();
        if (head.status() != 101 || !"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".equals(head.header("Sec-WebSocket-Accept"))) {
            throw new AssertionError("not a WebSocket: " + head);
        }
        return wire;
    }

    static byte[] upgrade(String path, String token) {
        return request(
                "GET",
                path,
                token,
                null,
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    }

    /** The code of the problem whose head has been read. */
    String problemCode(Reply head) {
        try {
            byte[] body = in.readNBytes(Integer.parseInt(head.header("Content-Length")));
            return new Reply(head.status(), head.headers(), body).code();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void say(String json) {
        send(WsClientFrames.text(json.getBytes(StandardCharsets.UTF_8)));
    }

    /** One frame from the server. */
    record Frame(int opcode, byte[] payload) {
        int closeCode() {
            return ((payload[0] & 255) << 8) + (payload[1] & 255);
        }

        String closeReason() {
            return new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        }
    }

    Frame frame() {
        try {
            DataInputStream data = new DataInputStream(in);
            int first = data.readUnsignedByte();
            int length = data.readUnsignedByte();
            if (length == 126) {
                length = data.readUnsignedShort();
            } else if (length == 127) {
                length = Math.toIntExact(data.readLong());
            }
            return new Frame(first & 15, in.readNBytes(length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next text message of one of these types; others are passed over. */
    JsonNode hear(String... types) {
        try {
            while (true) {
                Frame frame = frame();
                if (frame.opcode() == 8) {
                    throw new AssertionError("closed: " + frame.closeCode() + " " + frame.closeReason());
                }
                if (frame.opcode() != 1) {
                    continue;
                }
                JsonNode message = JSON.readTree(frame.payload());
                if (List.of(types).contains(message.path("type").asText())) {
                    return message;
                }
            }
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Frame closeFrame() {
        while (true) {
            Frame frame = frame();
            if (frame.opcode() == 8) {
                return frame;
            }
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException closedAlready) {
            // nothing is left to close
        }
    }
}
