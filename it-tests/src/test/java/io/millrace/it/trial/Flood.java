package io.millrace.it.trial;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/** Connections that begin a request and never end it: so many at once, and each one that is closed is opened again. */
final class Flood {
    private static final byte[] BEGINNING =
            "GET /v1/channels/trial:0/events HTTP/1.1\r\nHost: x\r\nX-Slow: ".getBytes(StandardCharsets.ISO_8859_1);

    private Flood() {}

    static Map<String, Long> of(String host, int port, int atOnce, int millis) throws IOException {
        Deque<Socket> open = new ArrayDeque<>();
        long opened = 0;
        long refused = 0;
        long until = System.nanoTime() + millis * 1_000_000L;
        try {
            while (System.nanoTime() < until) {
                try {
                    Socket socket = new Socket();
                    open.add(socket);
                    socket.connect(new InetSocketAddress(host, port), 1_000);
                    socket.getOutputStream().write(BEGINNING);
                    opened++;
                } catch (IOException no) {
                    refused++;
                }
                if (open.size() > atOnce) {
                    open.removeFirst().close();
                }
            }
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
        return Map.of("flood-opened", opened, "flood-refused", refused);
    }
}
