package io.millrace.it;

import io.millrace.protocol.WsClientFrames;
import io.millrace.protocol.WsDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** A WebSocket on a bare socket; it answers pings unless told not to. */
public final class WsClient implements LiveClient {
    private final Wire wire;
    private final boolean answersPings;
    private final WsDecoder decoder = WsDecoder.forClient(new WsDecoder.Limits(4 << 20, 4 << 20, 64));
    private int closeCode;

    private WsClient(Wire wire, boolean answersPings) {
        this.wire = wire;
        this.answersPings = answersPings;
    }

    public static WsClient open(Door door) throws IOException {
        return open(door, true);
    }

    public static WsClient open(Door door, boolean answersPings) throws IOException {
        return open(door, answersPings, "");
    }

    /** With a session to come back to; without a token, the login comes as a message or with an earlier session. */
    static WsClient withSession(Door door) throws IOException {
        return open(door, true, "?session=true");
    }

    private static WsClient open(Door door, boolean answersPings, String query) throws IOException {
        byte[] key = new byte[16];
        ThreadLocalRandom.current().nextBytes(key);
        String request = "GET /v1/ws" + query + " HTTP/1.1\r\nHost: 127.0.0.1:" + door.port()
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                + Base64.getEncoder().encodeToString(key)
                + (door.token().isEmpty() ? "" : "\r\nAuthorization: Bearer " + door.token()) + "\r\n\r\n";
        Wire wire = Wire.request(door, request, 0);
        if (wire.status() != 101) {
            wire.cut(false);
            throw new IOException("refused: " + wire.head());
        }
        return new WsClient(wire, answersPings);
    }

    /** @param from empty for live */
    public void subscribe(String channel, String from) throws IOException {
        String rest = from.isEmpty() ? "" : ",\"from\":\"" + from + "\"";
        say("{\"type\":\"subscribe\",\"channel\":\"" + channel + "\"" + rest + "}");
    }

    public void say(String json) throws IOException {
        wire.write(WsClientFrames.text(json.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public List<Frame> read(int maxBytes, long deadlineNanos) throws IOException {
        List<Frame> frames = new ArrayList<>();
        for (WsDecoder.Input input : decoder.feed(ByteBuffer.wrap(wire.read(maxBytes, deadlineNanos)))) {
            if (input instanceof WsDecoder.Text text) {
                frames.add(frame(new String(text.utf8(), StandardCharsets.UTF_8)));
            } else if (input instanceof WsDecoder.Ping ping && answersPings) {
                wire.write(WsClientFrames.pong(ping.payload()));
            } else if (input instanceof WsDecoder.Close close) {
                closeCode = close.code();
            } else if (input instanceof WsDecoder.Violation wrong) {
                throw new IOException("the server broke RFC 6455: " + wrong);
            }
        }
        return frames;
    }

    private static Frame frame(String json) {
        Members members = Members.of(json);
        String kind = members.text("type");
        if (kind.equals("event")) {
            return new Frame(kind, members.text("id"), members.text("event"), members.raw("data"), json);
        }
        return new Frame(kind, members.has("id") ? members.text("id") : "", kind, json, json);
    }

    /** The code the server closed with; 0 while it hasn't. */
    public int closeCode() {
        return closeCode;
    }

    @Override
    public long received() {
        return wire.received();
    }

    @Override
    public boolean ended() {
        return wire.ended() || closeCode != 0;
    }

    @Override
    public void cut(boolean abruptly) throws IOException {
        wire.cut(abruptly);
    }
}
