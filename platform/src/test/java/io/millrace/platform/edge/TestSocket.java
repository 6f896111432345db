package io.millrace.platform.edge;

import io.millrace.protocol.WsDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** A client that sees every byte: a socket, and reading from it with a limit in time. */
final class TestSocket implements AutoCloseable {
    private static final int PATIENCE_MS = 10_000;

    private final Socket socket;
    private final WsDecoder decoder = WsDecoder.forClient(new WsDecoder.Limits(1 << 20, 1 << 20, 100));
    private final Deque<WsDecoder.Input> inputs = new ArrayDeque<>();

    TestSocket(int port) throws IOException {
        this(port, 0);
    }

    TestSocket(int port, int receiveBuffer) throws IOException {
        this(new Socket(), port, receiveBuffer);
    }

    /** Over TLS, with HTTP/1.1. */
    static TestSocket tls(SSLContext context, int port, int receiveBuffer) throws IOException {
        return new TestSocket(context.getSocketFactory().createSocket(), port, receiveBuffer);
    }

    TestSocket(Socket unconnected, int port, int receiveBuffer) throws IOException {
        socket = unconnected;
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(PATIENCE_MS);
        socket.setTcpNoDelay(true);
    }

    Socket socket() {
        return socket;
    }

    TestSocket send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    TestSocket send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Each byte by itself, as far as the other side wants to hear it. */
    TestSocket sendOneByOne(byte[] bytes) throws IOException {
        try {
            for (byte one : bytes) {
                socket.getOutputStream().write(one);
                socket.getOutputStream().flush();
            }
        } catch (SocketException | SSLException answered) {
            return this;
        }
        return this;
    }

    /** Everything up to and with the first {@code end}. */
    String readTo(String end) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] last = end.getBytes(StandardCharsets.UTF_8);
        InputStream in = socket.getInputStream();
        while (true) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed after: " + bytes.toString(StandardCharsets.UTF_8));
            }
            bytes.write(next);
            if (next == last[last.length - 1]
                    && bytes.toString(StandardCharsets.UTF_8).endsWith(end)) {
                return bytes.toString(StandardCharsets.UTF_8);
            }
        }
    }

    /** One whole response: its head, and a body of known length. */
    String response() throws IOException {
        String head = readTo("\r\n\r\n");
        String lower = head.toLowerCase(Locale.ROOT);
        int at = lower.indexOf("content-length:");
        if (at < 0) {
            return head;
        }
        int length = Integer.parseInt(
                lower.substring(at + 15, lower.indexOf("\r\n", at)).trim());
        return head + new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
    }

    String head() throws IOException {
        return readTo("\r\n\r\n");
    }

    /** The next event of an event stream, without comments. */
    String event() throws IOException {
        while (true) {
            String block = readTo("\n\n");
            if (!block.startsWith(":")) {
                return block;
            }
        }
    }

    WsDecoder.Input input() throws IOException {
        byte[] bytes = new byte[64 * 1024];
        while (inputs.isEmpty()) {
            int read = socket.getInputStream().read(bytes);
            if (read < 0) {
                throw new IOException("closed");
            }
            inputs.addAll(decoder.feed(ByteBuffer.wrap(bytes, 0, read)));
        }
        return inputs.remove();
    }

    String text() throws IOException {
        return new String(((WsDecoder.Text) input()).utf8(), StandardCharsets.UTF_8);
    }

    /** Whether the server closes, in order or not, with what may still come before that. */
    String rest() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(bytes);
        } catch (SocketException | SSLException reset) {
            bytes.writeBytes("<reset>".getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Says a little again and again, as long as the other side wants to hear it. */
    int secondsUntilCutOff(String again) throws IOException {
        long begun = System.nanoTime();
        socket.setSoTimeout(100);
        while (Duration.ofNanos(System.nanoTime() - begun).toMillis() < PATIENCE_MS) {
            try {
                if (socket.getInputStream().read() < 0) {
                    break;
                }
            } catch (SocketTimeoutException quiet) {
                socket.setSoTimeout(100);
            } catch (SocketException | SSLException reset) {
                break;
            }
            try {
                send(again);
            } catch (SocketException | SSLException closed) {
                break;
            }
        }
        socket.setSoTimeout(PATIENCE_MS);
        return (int) Duration.ofNanos(System.nanoTime() - begun).toSeconds();
    }

    static byte[] frame(int opcode, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
        frame.put((byte) (0x80 | opcode));
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        }
        frame.putInt(0); // a mask of nothing but zeros changes nothing
        frame.put(payload);
        byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        return bytes;
    }

    static byte[] text(String json) {
        return frame(1, json.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
