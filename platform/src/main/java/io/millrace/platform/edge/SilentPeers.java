package io.millrace.platform.edge;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Peers from whom nothing comes any more, not even an acknowledgement: the network has lost them without a word. A write
 * to such a peer succeeds until the kernel's buffer is full, and the kernel itself gives up only after a quarter of an
 * hour; but it counts how often it has sent the same bytes again, and Linux shows that in {@code /proc/net/tcp}. A peer
 * that is there and only doesn't read acknowledges every probe, so it isn't counted. Elsewhere nobody is found.
 */
final class SilentPeers {
    /** The seventh time is 25 seconds after the first, with Linux's doubling pauses from 200 ms on. */
    private static final int RETRANSMISSIONS = 7;

    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final String ESTABLISHED = "01";
    private static final String RETRANSMITTING = "01:";
    private static final String RETRANSMITTING_COLUMN = " " + RETRANSMITTING;
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final String IPV4_IN_IPV6 = "0000000000000000FFFF0000";

    private SilentPeers() {}

    /** The names, as {@link #name} makes them, of the silent peers of the sockets on this local port. */
    static List<String> of(int localPort) {
        List<String> silent = new ArrayList<>();
        String port = ":" + HEX.toHexDigits((short) localPort);
        for (Path table : TABLES) {
            try (Stream<String> lines = Files.lines(table)) {
                lines.skip(1)
                        .filter(line -> line.contains(RETRANSMITTING_COLUMN)) // most lines: spares taking them apart
                        .map(line -> line.trim().split("\\s+"))
                        .filter(columns -> isSilent(columns, port))
                        .forEach(columns -> silent.add(withoutMapping(columns[2])));
            } catch (IOException notLinux) {
                return silent;
            }
        }
        return silent;
    }

    /** A remote address as the table writes it: bytes in hexadecimal, each word of four turned round. */
    static String name(InetSocketAddress peer) {
        InetAddress address = peer.getAddress();
        byte[] bytes = address == null ? new byte[0] : address.getAddress();
        StringBuilder name = new StringBuilder();
        for (int word = 0; word < bytes.length; word += 4) {
            for (int i = 3; i >= 0; i--) {
                HEX.toHexDigits(name, bytes[word + i]);
            }
        }
        return name.append(':').append(HEX.toHexDigits((short) peer.getPort())).toString();
    }

    /** Columns: number, local, remote, state, queues, timer:when, retransmissions (hexadecimal), and more. */
    private static boolean isSilent(String[] columns, String localPort) {
        return columns.length > 6
                && columns[3].equals(ESTABLISHED)
                && columns[5].startsWith(RETRANSMITTING)
                && columns[1].endsWith(localPort)
                && Integer.parseInt(columns[6], 16) >= RETRANSMISSIONS;
    }

    private static String withoutMapping(String remote) {
        return remote.startsWith(IPV4_IN_IPV6) ? remote.substring(IPV4_IN_IPV6.length()) : remote;
    }
}
