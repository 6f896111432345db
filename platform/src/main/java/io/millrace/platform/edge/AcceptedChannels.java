package io.millrace.platform.edge;

import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.io.Inet;
import org.apache.pekko.io.Tcp;
import org.jspecify.annotations.Nullable;

/**
 * A listener's socket option that changes nothing: Pekko shows each accepted socket to its listener's options before it
 * tells of the connection, and that is the one place where the channel behind a TCP actor can be had.
 */
final class AcceptedChannels extends Inet.AbstractSocketOption {
    private final Map<Ends, SocketChannel> untold = new ConcurrentHashMap<>();

    private record Ends(SocketAddress remote, SocketAddress local) {}

    @Override
    public void afterConnect(Socket socket) {
        untold.put(new Ends(socket.getRemoteSocketAddress(), socket.getLocalSocketAddress()), socket.getChannel());
    }

    /** The channel of a connection that was just made, once. */
    @Nullable
    SocketChannel take(Tcp.Connected made) {
        return untold.remove(new Ends(made.remoteAddress(), made.localAddress()));
    }
}
