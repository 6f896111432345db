package io.millrace.bench;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One publisher on a blocking connection that is kept alive: sends, waits for the 201, goes on. */
final class PublishLink implements AutoCloseable {
    private static final int LIMIT_MILLIS = 30_000;
    private static final Duration REFUSED_FOR = Duration.ofSeconds(10);
    private static final long RETRY_MILLIS = 20;

    private final Socket socket;
    private final PublishRequest request;
    private final byte[] out;
    private final byte[] in = new byte[16 * 1024];
    private final ReplyReader reply = new ReplyReader();
    private long refusals;

    private PublishLink(Socket socket, PublishRequest request) {
        this.socket = socket;
        this.request = request;
        this.out = new byte[request.stamp(0, 0).limit()];
    }

    static PublishLink open(Target target, PublishRequest request) {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(LIMIT_MILLIS);
            socket.connect(target.address(), LIMIT_MILLIS);
            return new PublishLink(socket, request);
        } catch (IOException e) {
            closeQuietly(socket);
            throw new BenchFailure("no connection to " + target.url() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Publishes the numbers from {@code sequence} on and returns when they were acknowledged. A 429 or 503 is tried again
     * for a while, as the server asks its callers to do; anything else ends the run.
     */
    void publish(long sequence, long nanos) {
        long deadline = System.nanoTime() + REFUSED_FOR.toNanos();
        int status = exchange(sequence, nanos);
        while ((status == 429 || status == 503) && System.nanoTime() < deadline) {
            refusals++;
            Pause.millis(RETRY_MILLIS);
            status = exchange(sequence, nanos);
        }
        if (status / 100 != 2) {
            throw new BenchFailure("publishing was answered with " + status + " " + reply.beginning());
        }
    }

    /** Publishes {@code events} from the first number on, batch by batch, as fast as they are acknowledged. */
    void fill(long first, long events) {
        for (long sent = 0; sent < events; sent += request.batch()) {
            publish(first + sent, System.nanoTime());
        }
    }

    private int exchange(long sequence, long nanos) {
        try {
            ByteBuffer stamped = request.stamp(sequence, nanos);
            stamped.get(out);
            socket.getOutputStream().write(out);
            reply.reset();
            int count;
            do {
                count = socket.getInputStream().read(in);
                if (count < 0) {
                    throw new IOException("the server closed the connection");
                }
            } while (!reply.feed(in, count));
            return reply.status();
        } catch (IOException e) {
            throw new BenchFailure("publishing broke off: " + e.getMessage(), e);
        }
    }

    long refusals() {
        return refusals;
    }

    @Override
    public void close() {
        closeQuietly(socket);
    }

    private static void closeQuietly(@Nullable Socket socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            // nothing is left to be done for a socket that doesn't even close
        }
    }
}
