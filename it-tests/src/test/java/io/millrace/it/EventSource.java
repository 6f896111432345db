package io.millrace.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Predicate;

/** An event stream as its bytes stand on the wire, block by block, comments and {@code retry:} included. */
final class EventSource implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;

    private final Wire wire;
    private final StringBuilder text = new StringBuilder();

    private EventSource(Wire wire) {
        this.wire = wire;
    }

    static EventSource open(int port, String address, String... headers) throws IOException {
        String request = "GET " + address + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nAccept: text/event-stream\r\n"
                + String.join(
                        "", Arrays.stream(headers).map(each -> each + "\r\n").toList()) + "\r\n";
        return new EventSource(Wire.request(new Door(port, ""), request, 0));
    }

    /** What stands between two empty lines; what isn't there is empty. */
    record Block(String id, String event, String data, String comment, String retry, String raw) {
        static Block of(String raw) {
            return new Block(
                    field(raw, "id"),
                    field(raw, "event"),
                    field(raw, "data"),
                    field(raw, ""),
                    field(raw, "retry"),
                    raw);
        }

        private static String field(String raw, String name) {
            return String.join(
                    "\n",
                    raw.lines()
                            .filter(line -> line.startsWith(name + ":"))
                            .map(line -> line.substring(name.length() + 1).trim())
                            .toList());
        }

        boolean isComment() {
            return raw.startsWith(":");
        }

        JsonNode json() {
            return Site.json(data);
        }
    }

    int status() {
        return wire.status();
    }

    /** The value of a header of the answer; empty where there is none. */
    String header(String name) {
        String start = name.toLowerCase(Locale.ROOT) + ":";
        return wire.head()
                .lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                .map(line -> line.substring(start.length()).trim())
                .findFirst()
                .orElse("");
    }

    /** The next event: comments, {@code retry:} and cursors alone are passed over. */
    Block next() throws IOException {
        return next(block -> !block.data().isEmpty(), PATIENCE_SECONDS);
    }

    Block next(String event) throws IOException {
        Block next = next();
        if (!next.event().equals(event)) {
            throw new AssertionError("expected " + event + ", heard " + next.raw());
        }
        return next;
    }

    /** The next block of that kind. */
    Block next(Predicate<Block> wanted, long seconds) throws IOException {
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        while (true) {
            Block block = block(deadline);
            if (block == null) {
                throw new AssertionError((wire.ended() ? "ended" : "nothing came") + " after " + text);
            }
            if (wanted.test(block)) {
                return block;
            }
        }
    }

    private Block block(long deadline) throws IOException {
        int end = text.indexOf("\n\n");
        while (end < 0) {
            byte[] bytes = wire.read(65_536, deadline);
            if (bytes.length == 0) {
                return null;
            }
            text.append(new String(bytes, StandardCharsets.UTF_8));
            end = text.indexOf("\n\n");
        }
        String raw = text.substring(0, end);
        text.delete(0, end + 2);
        return Block.of(raw);
    }

    /** The rest of an answer that is no event stream. */
    String body() throws IOException {
        StringBuilder body = new StringBuilder();
        long deadline = System.nanoTime() + 2_000_000_000L;
        for (byte[] bytes = wire.read(65_536, deadline); bytes.length > 0; bytes = wire.read(65_536, deadline)) {
            body.append(new String(bytes, StandardCharsets.UTF_8));
        }
        return body.toString();
    }

    /** Whether the server ends the response now. */
    boolean ends() throws IOException {
        long deadline = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
        while (!wire.ended() && wire.read(65_536, deadline).length > 0) {
            // what else is said
        }
        return wire.ended();
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
