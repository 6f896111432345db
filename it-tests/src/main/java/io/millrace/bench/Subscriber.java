package io.millrace.bench;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the load generator.
 *
 * <pre>
 *   connecting --connected--> opening --head--> waiting --ready word--> ready --end, close, error--> ended
 * </pre>
 *
 * Marks are counted from the head on, since a server may send the past before it says that it is ready.
 */
final class Subscriber implements Framing.Sink {
    private static final int OPCODE_PONG = 10;
    private static final int MAX_KEPT = 2048;

    private final Opening opening;
    private final Receipts receipts;
    private final MarkScanner scanner = new MarkScanner();
    private final SocketChannel socket;
    private @Nullable ReplyHead head = new ReplyHead();
    private @Nullable Framing framing;
    /** What came before the ready word, to find the word in and to show where it never came. */
    private @Nullable StringBuilder beginning = new StringBuilder();

    private boolean ready;
    private @Nullable String ending;
    private long readNanos;

    private Subscriber(SocketChannel socket, Opening opening, Receipts receipts) {
        this.socket = socket;
        this.opening = opening;
        this.receipts = receipts;
    }

    static Subscriber connect(Selector selector, Target target, Opening opening, Receipts receipts) throws IOException {
        SocketChannel socket = SocketChannel.open();
        socket.configureBlocking(false);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        Subscriber subscriber = new Subscriber(socket, opening, receipts);
        receipts.opened(System.nanoTime());
        socket.register(selector, SelectionKey.OP_CONNECT, subscriber);
        socket.connect(target.address());
        return subscriber;
    }

    /** Moves on by what the selector says. The buffers belong to the thread and are shared by all its connections. */
    void advance(SelectionKey key, ByteBuffer direct, byte[] bytes) {
        try {
            if (key.isConnectable() && socket.finishConnect()) {
                key.interestOps(SelectionKey.OP_READ);
                write(opening.request());
            }
            if (key.isReadable()) {
                read(direct, bytes);
            }
        } catch (IOException | BenchFailure e) {
            end(String.valueOf(e.getMessage()));
        }
    }

    private void read(ByteBuffer direct, byte[] bytes) throws IOException {
        direct.clear();
        int count = socket.read(direct);
        if (count < 0) {
            end("the server closed the connection");
            return;
        }
        readNanos = System.nanoTime();
        direct.flip().get(bytes, 0, count);
        int from = framing == null ? takeHead(bytes, count) : 0;
        if (framing != null) {
            framing.decode(bytes, from, count, this);
        }
    }

    private int takeHead(byte[] bytes, int count) throws IOException {
        ReplyHead gathering = head;
        if (gathering == null) {
            return 0;
        }
        int from = gathering.feed(bytes, 0, count);
        if (!gathering.complete()) {
            return from;
        }
        if (gathering.status() != opening.status()) {
            String body = new String(bytes, from, Math.min(count - from, 300), StandardCharsets.UTF_8);
            throw new BenchFailure("status " + gathering.status() + " " + body);
        }
        framing = opening.framing(gathering);
        head = null;
        byte[] next = opening.afterHead();
        if (next != null) {
            write(next);
        }
        ready = opening.readyWord().isEmpty();
        return from;
    }

    @Override
    public void content(byte[] bytes, int from, int to) {
        scanner.scan(bytes, from, to, readNanos, receipts);
        if (!ready) {
            awaitReadyWord(bytes, from, to);
        }
    }

    private void awaitReadyWord(byte[] bytes, int from, int to) {
        StringBuilder kept = beginning;
        if (kept == null || kept.length() > MAX_KEPT) {
            return;
        }
        kept.append(new String(bytes, from, to - from, StandardCharsets.UTF_8));
        if (kept.indexOf(opening.readyWord()) >= 0) {
            ready = true;
            beginning = null;
        }
    }

    @Override
    public void ping(byte[] payload) {
        try {
            write(WebSocketFraming.clientFrame(OPCODE_PONG, payload));
        } catch (IOException e) {
            end(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void end(String reason) {
        if (ending == null) {
            ending = reason;
        }
        close();
    }

    /** Goes: by a reset, or by shutting down its half and waiting for the server to close. */
    void vanish(boolean abruptly) throws IOException {
        if (abruptly) {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            end("gone");
        } else {
            socket.shutdownOutput();
        }
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing is left to be done for a socket that doesn't even close
        }
    }

    /** Requests are far smaller than a fresh socket's buffer, so a partial write is an error rather than a state. */
    private void write(byte[] bytes) throws IOException {
        if (socket.write(ByteBuffer.wrap(bytes)) != bytes.length) {
            throw new IOException("the socket took only a part of " + bytes.length + " bytes");
        }
    }

    boolean opened() {
        return framing != null;
    }

    boolean ready() {
        return ready;
    }

    @Nullable
    String ending() {
        return ending;
    }

    /** Why it isn't ready, for the message that ends the run. */
    String plight() {
        if (ending != null) {
            return ending;
        }
        return framing == null ? "no response head" : "no '" + opening.readyWord() + "' in: " + beginning;
    }

    Receipts receipts() {
        return receipts;
    }
}
