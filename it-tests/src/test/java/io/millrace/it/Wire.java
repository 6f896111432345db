package io.millrace.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** A socket that has sent one HTTP request: the head of its answer, then the body, close-delimited or chunked. */
final class Wire {
    private static final int HEAD_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;
    private final String head;
    private final boolean chunked;
    private int leftInChunk;
    private boolean ended;
    private long received;

    private Wire(Socket socket, String head) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.head = head;
        this.chunked = head.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked");
    }

    /** @param receiveBuffer bytes of SO_RCVBUF; 0 for the system's own */
    static Wire request(Door door, String request, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress("127.0.0.1", door.port()), 5_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.setSoTimeout(HEAD_TIMEOUT_MILLIS);
            return new Wire(socket, head(socket.getInputStream()));
        } catch (IOException failed) {
            socket.close();
            throw failed;
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream(512);
        int matched = 0;
        while (matched < 4) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the connection ended in the head of the answer: " + head);
            }
            head.write(b);
            matched = b == (matched % 2 == 0 ? '\r' : '\n') ? matched + 1 : b == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    int status() {
        return Integer.parseInt(head.substring(9, 12));
    }

    String head() {
        return head;
    }

    /** Up to so many bytes of the body; none where none came until the deadline or the other side has ended it. */
    byte[] read(int maxBytes, long deadlineNanos) throws IOException {
        if (ended) {
            return new byte[0];
        }
        long left = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            return new byte[0];
        }
        socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
        try {
            return chunked ? readChunked(maxBytes) : readSome(maxBytes);
        } catch (SocketTimeoutException quiet) {
            return new byte[0];
        }
    }

    private byte[] readSome(int maxBytes) throws IOException {
        byte[] bytes = new byte[Math.min(maxBytes, 65_536)];
        int count = in.read(bytes);
        if (count < 0) {
            ended = true;
            return new byte[0];
        }
        received += count;
        return count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
    }

    private byte[] readChunked(int maxBytes) throws IOException {
        if (leftInChunk == 0) {
            leftInChunk = chunkSize();
            if (leftInChunk == 0) {
                ended = true;
                return new byte[0];
            }
        }
        byte[] bytes = readSome(Math.min(maxBytes, leftInChunk));
        leftInChunk -= bytes.length;
        if (leftInChunk == 0 && !ended) {
            in.skipNBytes(2);
        }
        return bytes;
    }

    private int chunkSize() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return 0;
            }
            line.append((char) b);
        }
        return Integer.parseInt(line.toString().split(";")[0].trim(), 16);
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    long received() {
        return received;
    }

    boolean ended() {
        return ended;
    }

    void cut(boolean abruptly) throws IOException {
        if (abruptly) {
            socket.setSoLinger(true, 0);
        }
        socket.close();
    }
}
