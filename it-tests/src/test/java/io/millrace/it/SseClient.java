package io.millrace.it;

import io.millrace.protocol.SseParser;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** An EventSource on a bare socket, that can stop anywhere, in the middle of a frame too. */
public final class SseClient implements LiveClient {
    private static final Set<String> CONTROL =
            Set.of("connected", "reset", "problem", "reconnect", "complete", "presence");

    private final Wire wire;
    private final boolean single;
    private final SseParser parser = new SseParser(32 << 20);
    private final HeartbeatWatch heartbeats = new HeartbeatWatch();

    private SseClient(Wire wire, boolean single) {
        this.wire = wire;
        this.single = single;
    }

    /**
     * @param lastEventId empty for none
     * @param from empty for none
     */
    public static SseClient open(Door door, List<String> channels, String lastEventId, String from) throws IOException {
        return open(door, channels, lastEventId, from, 0);
    }

    public static SseClient open(Door door, List<String> channels, String lastEventId, String from, int receiveBuffer)
            throws IOException {
        String path = channels.size() == 1 ? "/v1/channels/" + channels.get(0) + "/events" : "/v1/events";
        List<String> query = new ArrayList<>();
        if (channels.size() > 1) {
            channels.forEach(channel -> query.add("channel=" + channel));
        }
        if (!from.isEmpty()) {
            query.add("from=" + URLEncoder.encode(from, StandardCharsets.UTF_8));
        }
        return open(
                door,
                path + (query.isEmpty() ? "" : "?" + String.join("&", query)),
                lastEventId(lastEventId),
                channels.size() == 1,
                receiveBuffer);
    }

    /** With a session to come back to, or, with the ticket of an earlier one, coming back to it without a login. */
    static SseClient withSession(Door door, List<String> channels, String lastEventId, String from, Ticket ticket)
            throws IOException {
        if (ticket != null) {
            String headers = ticket.header() + lastEventId(lastEventId);
            return open(new Door(door.port(), ""), "/v1/events", headers, channels.size() == 1, 0);
        }
        String query = channels.stream().map(each -> "&channel=" + each).collect(Collectors.joining());
        String begin = from.isEmpty() ? "" : "&from=" + URLEncoder.encode(from, StandardCharsets.UTF_8);
        return open(door, "/v1/events?session=true" + query + begin, lastEventId(lastEventId), channels.size() == 1, 0);
    }

    private static String lastEventId(String id) {
        return id.isEmpty() ? "" : "Last-Event-ID: " + id + "\r\n";
    }

    /** An event stream at that address. */
    static SseClient at(Door door, String address) throws IOException {
        return open(door, address, "", true, 0);
    }

    private static SseClient open(Door door, String address, String headers, boolean single, int receiveBuffer)
            throws IOException {
        String request = "GET " + address
                + " HTTP/1.1\r\nHost: 127.0.0.1:" + door.port()
                + "\r\nAccept: text/event-stream\r\n"
                + (door.token().isEmpty() ? "" : "Authorization: Bearer " + door.token() + "\r\n") + headers + "\r\n";
        Wire wire = Wire.request(door, request, receiveBuffer);
        if (wire.status() != 200) {
            byte[] body = wire.read(4_096, System.nanoTime() + 1_000_000_000L);
            wire.cut(false);
            throw new IOException("refused: " + wire.head() + new String(body, StandardCharsets.UTF_8));
        }
        return new SseClient(wire, single);
    }

    @Override
    public List<Frame> read(int maxBytes, long deadlineNanos) throws IOException {
        List<Frame> frames = new ArrayList<>();
        byte[] bytes = wire.read(maxBytes, deadlineNanos);
        heartbeats.feed(bytes);
        for (SseParser.Message message : parser.feed(bytes)) {
            String kind = CONTROL.contains(message.type()) ? message.type() : "event";
            String copy = (single ? message.lastEventId() : "") + "\n" + message.type() + "\n" + message.data();
            frames.add(new Frame(kind, message.lastEventId(), message.type(), message.data(), copy));
        }
        return frames;
    }

    /** What an EventSource would come back with; empty before the first block. */
    public String lastEventId() {
        return parser.lastEventId();
    }

    /** Heartbeats that carried an id, which none may. */
    public int heartbeatsWithId() {
        return heartbeats.withId();
    }

    @Override
    public long received() {
        return wire.received();
    }

    @Override
    public boolean ended() {
        return wire.ended();
    }

    @Override
    public void cut(boolean abruptly) throws IOException {
        wire.cut(abruptly);
    }
}
