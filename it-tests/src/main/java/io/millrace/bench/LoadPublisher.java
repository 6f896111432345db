package io.millrace.bench;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.List;

/**
 * One of many publishers: connecting, then sending and waiting by turns. A refused request is sent again after a pause
 * with the same numbers; a broken connection ends it, as nobody knows whether the last request counted.
 */
final class LoadPublisher {
    private static final long PAUSE_NANOS = 20_000_000;

    private final SocketChannel socket;
    private final SelectionKey key;
    private final List<Lane> lanes;
    private final PublishLoad.Book book;
    private final ReplyReader reply = new ReplyReader();
    private ByteBuffer out = ByteBuffer.allocate(0);
    private int turn;
    private long sentNanos;
    private long resumeNanos;
    private boolean waiting = true;
    private boolean broken;

    private LoadPublisher(SocketChannel socket, SelectionKey key, List<Lane> lanes, PublishLoad.Book book) {
        this.socket = socket;
        this.key = key;
        this.lanes = lanes;
        this.book = book;
    }

    /** The lanes take turns, event by event. */
    static LoadPublisher connect(Selector selector, Target target, List<Lane> lanes, PublishLoad.Book book)
            throws IOException {
        SocketChannel socket = SocketChannel.open();
        socket.configureBlocking(false);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        SelectionKey key = socket.register(selector, SelectionKey.OP_CONNECT);
        LoadPublisher publisher = new LoadPublisher(socket, key, lanes, book);
        key.attach(publisher);
        socket.connect(target.address());
        return publisher;
    }

    void advance(ByteBuffer direct, byte[] bytes) {
        try {
            if (key.isConnectable() && socket.finishConnect()) {
                key.interestOps(SelectionKey.OP_READ);
                send();
            } else if (key.isWritable()) {
                flush();
            } else if (key.isReadable()) {
                read(direct, bytes);
            }
        } catch (IOException | BenchFailure e) {
            breakOff(e);
        }
    }

    private void send() throws IOException {
        sentNanos = System.nanoTime();
        resumeNanos = 0;
        waiting = true;
        reply.reset();
        Lane lane = lanes.get(turn);
        out = lane.request().stamp(lane.next(), sentNanos);
        flush();
    }

    private void flush() throws IOException {
        socket.write(out);
        key.interestOps(out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    private void read(ByteBuffer direct, byte[] bytes) throws IOException {
        direct.clear();
        int count = socket.read(direct);
        if (count < 0) {
            throw new IOException("closed by the server");
        }
        direct.flip().get(bytes, 0, count);
        if (!reply.feed(bytes, count)) {
            return;
        }
        waiting = false;
        if (reply.status() / 100 == 2) {
            lanes.get(turn).acknowledged();
            turn = (turn + 1) % lanes.size();
            book.acknowledged(sentNanos, System.nanoTime());
            if (book.sending()) {
                send();
            }
        } else {
            book.error(Integer.toString(reply.status()));
            resumeNanos = System.nanoTime() + PAUSE_NANOS;
        }
    }

    /** Sends a refused request once more when its pause is over. */
    void resumeIfDue() {
        if (resumeNanos != 0 && book.sending() && System.nanoTime() >= resumeNanos) {
            try {
                send();
            } catch (IOException e) {
                breakOff(e);
            }
        }
    }

    private void breakOff(Exception e) {
        broken = true;
        waiting = false;
        resumeNanos = 0;
        book.error(String.valueOf(e.getMessage()));
        close();
    }

    /** Something is to come: an answer, or the end of a pause. */
    boolean busy() {
        return waiting || resumeNanos != 0 && book.sending();
    }

    boolean broken() {
        return broken;
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing is left to be done for a socket that doesn't even close
        }
    }
}
