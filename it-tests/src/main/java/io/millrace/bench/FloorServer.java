package io.millrace.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The floor: the cheapest thing on this JVM that can do the fan-out. One selector thread; a published body is framed once
 * and written to every subscriber with one write each. It keeps nothing, checks nothing, knows one channel: what the
 * product costs beyond it is the price of the journal, the rules and the recovery.
 */
final class FloorServer {
    private static final int BACKLOG = 4096;
    private static final int READ_BYTES = 256 * 1024;
    private static final int TEXT_FRAME = 0x81;

    private final Selector selector;
    private final int dropEvery;
    private final ByteBuffer reading = ByteBuffer.allocateDirect(READ_BYTES);
    private final List<FloorConnection> events = new ArrayList<>();
    private final List<FloorConnection> webSockets = new ArrayList<>();
    private long published;
    private long deliveries;

    private FloorServer(Selector selector, int dropEvery) {
        this.selector = selector;
        this.dropEvery = dropEvery;
    }

    /**
     * Serves until the time is up.
     *
     * @param dropEvery leaves out each such delivery, to show that the checker sees it; 0 for none
     */
    static void serve(int port, int dropEvery, long seconds) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (Selector selector = Selector.open();
                ServerSocketChannel door = ServerSocketChannel.open()) {
            door.bind(address, BACKLOG).configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            System.out.println("ready http://" + address.getHostString() + ":" + port);
            FloorServer server = new FloorServer(selector, dropEvery);
            long deadline = System.nanoTime() + seconds * 1_000_000_000L;
            while (System.nanoTime() < deadline) {
                selector.select(server::advance, 1000);
            }
        }
    }

    private void advance(SelectionKey key) {
        if (key.isAcceptable()) {
            accept((ServerSocketChannel) key.channel());
            return;
        }
        FloorConnection connection = (FloorConnection) key.attachment();
        try {
            if (key.isWritable()) {
                connection.flush();
            }
            if (key.isReadable() && !connection.read(reading)) {
                leave(connection);
            }
        } catch (IOException e) {
            leave(connection);
        }
    }

    private void accept(ServerSocketChannel door) {
        try {
            SocketChannel socket = door.accept();
            while (socket != null) {
                FloorConnection.accepted(socket, selector, this);
                socket = door.accept();
            }
        } catch (IOException e) {
            System.err.println("accepting failed: " + e.getMessage());
        }
    }

    void joinEvents(FloorConnection connection) {
        events.add(connection);
    }

    void joinWebSockets(FloorConnection connection) {
        webSockets.add(connection);
    }

    private void leave(FloorConnection connection) {
        if (connection.streaming()) {
            events.remove(connection);
            webSockets.remove(connection);
        }
        connection.close();
    }

    /** Frames the body once for each transport and hands it to everybody. */
    void publish(ByteBuffer body) {
        published++;
        if (!events.isEmpty()) {
            byte[] head =
                    ("id: e." + published + ".floor\nevent: bench.tick\ndata: ").getBytes(StandardCharsets.US_ASCII);
            deliver(events, framed(head, body, "\n\n".getBytes(StandardCharsets.US_ASCII)));
        }
        if (!webSockets.isEmpty()) {
            deliver(webSockets, framed(frameHead(body.remaining()), body, new byte[0]));
        }
    }

    private void deliver(List<FloorConnection> subscribers, ByteBuffer frame) {
        for (int i = subscribers.size() - 1; i >= 0; i--) {
            deliveries++;
            if (dropEvery > 0 && deliveries % dropEvery == 0) {
                continue;
            }
            FloorConnection subscriber = subscribers.get(i);
            try {
                frame.rewind();
                subscriber.write(frame);
            } catch (IOException e) {
                subscribers.remove(i);
                subscriber.close();
            }
        }
    }

    private static ByteBuffer framed(byte[] head, ByteBuffer body, byte[] tail) {
        ByteBuffer frame = ByteBuffer.allocateDirect(head.length + body.remaining() + tail.length);
        return frame.put(head).put(body.duplicate()).put(tail).flip();
    }

    static byte[] frameHead(int length) {
        if (length < 126) {
            return new byte[] {(byte) TEXT_FRAME, (byte) length};
        }
        if (length <= 0xffff) {
            return new byte[] {(byte) TEXT_FRAME, 126, (byte) (length >> 8), (byte) length};
        }
        return ByteBuffer.allocate(10)
                .put((byte) TEXT_FRAME)
                .put((byte) 127)
                .putLong(length)
                .array();
    }
}
