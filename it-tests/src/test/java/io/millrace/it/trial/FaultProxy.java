package io.millrace.it.trial;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP line through which everything passes until it is told to misbehave. What it holds back is not lost, as on a real
 * network it would be sent again: it passes when the line heals, if both ends still wait for it.
 *
 * <pre>
 *   silent   nothing passes, nothing is refused, no end is told: the cable is out
 *   late     every piece waits: far away, or busy
 *   cut      both ends get a reset, now
 *   commits  the answer to a database's COMMIT is swallowed and both ends get a reset
 * </pre>
 */
final class FaultProxy implements Closeable {
    private static final byte[] COMMITTED = "COMMIT\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final int PIECE = 16_384;
    private static final int BUFFER = 65_536;

    private final ServerSocket listener;
    private final InetSocketAddress target;
    private final Set<Line> lines = ConcurrentHashMap.newKeySet();
    private final Set<String> silentSources = ConcurrentHashMap.newKeySet();
    private final AtomicInteger commitsToCut = new AtomicInteger();
    private final Object change = new Object();
    private volatile boolean silent;
    private volatile long lateMillis;
    private volatile boolean closed;

    /** From any free port of the loopback to another. */
    FaultProxy(int target) throws IOException {
        this("127.0.0.1", "127.0.0.1", target);
    }

    /** From any free port of that address to a port of another. */
    FaultProxy(String from, String to, int port) throws IOException {
        this.target = new InetSocketAddress(to, port);
        this.listener = new ServerSocket();
        listener.setReceiveBufferSize(BUFFER);
        listener.bind(new InetSocketAddress(from, 0), 1_000);
        start(this::accept, "line-to-" + target);
    }

    int port() {
        return listener.getLocalPort();
    }

    int open() {
        return lines.size();
    }

    void silence() {
        silent = true;
    }

    /** Only what comes from that address (and what goes back to it) stands still. */
    void silence(String source) {
        silentSources.add(source);
    }

    void late(long millis) {
        lateMillis = millis;
    }

    /** The next so many commits that succeed are not heard of. */
    void cutCommits(int count) {
        commitsToCut.set(count);
    }

    int commitsLeftToCut() {
        return commitsToCut.get();
    }

    void cut() {
        lines.forEach(Line::abort);
    }

    /** Everything passes again. */
    void heal() {
        silent = false;
        silentSources.clear();
        lateMillis = 0;
        commitsToCut.set(0);
        synchronized (change) {
            change.notifyAll();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        heal();
        cut();
    }

    private void accept() {
        while (!closed) {
            try {
                Line line = new Line(listener.accept());
                lines.add(line);
                start(line::connect, "line-to-" + target + "-up");
            } catch (IOException gone) {
                if (!closed) {
                    throw new java.io.UncheckedIOException(gone);
                }
            }
        }
    }

    private static void start(Runnable work, String name) {
        Thread thread = new Thread(null, work, name, 128 * 1024);
        thread.setDaemon(true);
        thread.start();
    }

    /** One connection through here. */
    private final class Line {
        private final Socket client;
        private final Socket server = new Socket();
        private final String source;
        private final AtomicInteger running = new AtomicInteger(2);

        Line(Socket client) {
            this.client = client;
            this.source = ((InetSocketAddress) client.getRemoteSocketAddress())
                    .getAddress()
                    .getHostAddress();
        }

        void connect() {
            try {
                waitWhileSilent();
                client.setTcpNoDelay(true);
                client.setSendBufferSize(BUFFER);
                server.setReceiveBufferSize(BUFFER);
                server.setTcpNoDelay(true);
                server.connect(target, 5_000);
            } catch (IOException | InterruptedException refused) {
                abort();
                return;
            }
            start(() -> pump(server, client, true), "line-to-" + target + "-down");
            pump(client, server, false);
        }

        private void pump(Socket from, Socket to, boolean answers) {
            byte[] piece = new byte[PIECE];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                    waitWhileSilent();
                    if (lateMillis > 0) {
                        Thread.sleep(lateMillis);
                    }
                    if (answers && commitsToCut.get() > 0 && holdsCommit(piece, count)) {
                        commitsToCut.decrementAndGet();
                        abort();
                        return;
                    }
                    out.write(piece, 0, count);
                }
                waitWhileSilent();
                to.shutdownOutput();
                if (running.decrementAndGet() == 0) {
                    end();
                }
            } catch (IOException | InterruptedException broken) {
                abort();
            }
        }

        private void waitWhileSilent() throws InterruptedException {
            if (!isSilent()) {
                return;
            }
            synchronized (change) {
                while (isSilent()) {
                    change.wait(1_000);
                }
            }
        }

        private boolean isSilent() {
            return !closed && (silent || silentSources.contains(source));
        }

        private void end() {
            lines.remove(this);
            close(client);
            close(server);
        }

        void abort() {
            reset(client);
            reset(server);
            end();
        }

        private static void reset(Socket socket) {
            try {
                if (!socket.isClosed()) {
                    socket.setSoLinger(true, 0);
                }
            } catch (IOException already) {
                // it is closed, which is what was wanted
            }
        }

        private static void close(Socket socket) {
            try {
                socket.close();
            } catch (IOException already) {
                // it is closed, which is what was wanted
            }
        }
    }

    private static boolean holdsCommit(byte[] piece, int count) {
        for (int at = 0; at + COMMITTED.length <= count; at++) {
            int same = 0;
            while (same < COMMITTED.length && piece[at + same] == COMMITTED[same]) {
                same++;
            }
            if (same == COMMITTED.length) {
                return true;
            }
        }
        return false;
    }
}
