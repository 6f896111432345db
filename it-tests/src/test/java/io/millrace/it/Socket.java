package io.millrace.it;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.protocol.WsClientFrames;
import io.millrace.protocol.WsDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;

/** A WebSocket at any address: what is said as JSON, pings as they come, and how it is closed. */
final class Socket implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;

    private final Wire wire;
    private final WsDecoder decoder = WsDecoder.forClient(new WsDecoder.Limits(4 << 20, 4 << 20, 64));
    private final Deque<String> heard = new ArrayDeque<>();
    private boolean answersPings = true;
    private int pings;
    private int closeCode;
    private String closeReason = "";

    private Socket(Wire wire) {
        this.wire = wire;
    }

    static Socket open(int port, String address, String... headers) throws IOException {
        byte[] key = new byte[16];
        ThreadLocalRandom.current().nextBytes(key);
        String request = "GET " + address + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                + Base64.getEncoder().encodeToString(key) + "\r\n"
                + String.join(
                        "", Arrays.stream(headers).map(each -> each + "\r\n").toList()) + "\r\n";
        return new Socket(Wire.request(new Door(port, ""), request, 0));
    }

    /** 101 where it is open. */
    int status() {
        return wire.status();
    }

    String head() {
        return wire.head();
    }

    void say(String json) throws IOException {
        wire.write(WsClientFrames.text(json.getBytes(StandardCharsets.UTF_8)));
    }

    /** The next message. */
    JsonNode hear() throws IOException {
        long deadline = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
        while (heard.isEmpty()) {
            if (!read(deadline)) {
                throw new AssertionError("nothing came; closed with " + closeCode + " " + closeReason);
            }
        }
        return Site.json(heard.remove());
    }

    /** The next message of that type; others are passed over. */
    JsonNode hear(String type) throws IOException {
        JsonNode next = hear();
        while (!next.path("type").asText().equals(type)) {
            next = hear();
        }
        return next;
    }

    /** From now on pings aren't answered. */
    Socket deaf() {
        answersPings = false;
        return this;
    }

    /** Waits for a ping, which is answered. */
    void awaitPing(long seconds) throws IOException {
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        while (pings == 0) {
            if (!read(deadline)) {
                throw new AssertionError("no ping");
            }
        }
    }

    /** The code and reason that the server closes with, as {@code 1008 Unauthorized}. */
    String closed() throws IOException {
        return closed(PATIENCE_SECONDS);
    }

    String closed(long seconds) throws IOException {
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        while (closeCode == 0) {
            if (!read(deadline)) {
                throw new AssertionError("not closed; heard " + heard);
            }
        }
        return closeCode + " " + closeReason;
    }

    private boolean read(long deadline) throws IOException {
        byte[] bytes = wire.read(65_536, deadline);
        for (WsDecoder.Input input : decoder.feed(ByteBuffer.wrap(bytes))) {
            if (input instanceof WsDecoder.Text text) {
                heard.add(new String(text.utf8(), StandardCharsets.UTF_8));
            } else if (input instanceof WsDecoder.Ping ping) {
                pings++;
                if (answersPings) {
                    wire.write(WsClientFrames.pong(ping.payload()));
                }
            } else if (input instanceof WsDecoder.Close close) {
                closeCode = close.code();
                closeReason = close.reason();
            }
        }
        return bytes.length > 0;
    }

    @Override
    public void close() {
        try {
            wire.cut(false);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
