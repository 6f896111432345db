package io.millrace.platform.edge;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The proxies whose word on where a request comes from is taken. Whatever else stands in a header is the client's own
 * invention: from the socket's peer on, the list is walked backwards for as long as its entries are trusted, and the first
 * that isn't is the client.
 */
public final class Proxies {
    /** No host names: looking one up would ask the network for every request. */
    private static final Pattern LITERAL = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");

    /** [spec] RFC 7239, 4: {@code for=192.0.2.43}, {@code For="[2001:db8:cafe::17]:4711"}. */
    private static final Pattern FOR =
            Pattern.compile("(?i)(?:^|;)\\s*for\\s*=\\s*\"?(\\[[^\\]]*\\]|[^\";:]*)(?::[0-9]+)?\"?\\s*(?:;|$)");

    private static final Pattern WITH_PORT = Pattern.compile("\\[([^\\]]*)\\](?::[0-9]+)?|([0-9.]+):[0-9]+");

    private final List<Range> trusted;

    /** All addresses whose first {@code bits} are those of {@code first}. */
    private record Range(byte[] first, int bits) {
        boolean holds(InetAddress address) {
            byte[] bytes = address.getAddress();
            return bytes.length == first.length && prefix(bytes).equals(prefix(first));
        }

        private BigInteger prefix(byte[] bytes) {
            return new BigInteger(1, bytes).shiftRight(bytes.length * 8 - bits);
        }
    }

    private Proxies(List<Range> trusted) {
        this.trusted = List.copyOf(trusted);
    }

    /**
     * @param entries addresses such as {@code 10.0.0.7}, or ranges such as {@code 10.0.0.0/8} and {@code fd00::/8}
     * @throws IllegalArgumentException naming the key
     */
    public static Proxies of(List<String> entries) {
        List<Range> ranges = new ArrayList<>();
        for (String entry : entries) {
            int slash = entry.indexOf('/');
            InetAddress address = literal(slash < 0 ? entry : entry.substring(0, slash));
            int most = address == null ? 0 : address.getAddress().length * 8;
            int bits = slash < 0 ? most : number(entry.substring(slash + 1));
            if (address == null || bits < 0 || bits > most) {
                throw new IllegalArgumentException(
                        "millrace.edge.trusted-proxies: addresses such as 10.0.0.7, or ranges"
                                + " such as 10.0.0.0/8, and no host names");
            }
            ranges.add(new Range(address.getAddress(), bits));
        }
        return new Proxies(ranges);
    }

    /** The client's address, in one spelling. */
    String client(InetAddress peer, @Nullable String forwarded, @Nullable String forwardedFor) {
        InetAddress byFor = client(peer, forwardedFor == null ? List.of() : split(forwardedFor));
        InetAddress byForwarded = client(peer, forwarded == null ? List.of() : hops(forwarded));
        if (forwarded == null || forwardedFor == null) {
            return (forwarded == null ? byFor : byForwarded).getHostAddress();
        }
        // A proxy that writes the one passes the other on as the client made it up.
        return (byFor.equals(byForwarded) ? byFor : peer).getHostAddress();
    }

    private InetAddress client(InetAddress peer, List<String> hops) {
        InetAddress client = peer;
        for (int i = hops.size() - 1; i >= 0 && isTrusted(client); i--) {
            InetAddress before = literal(withoutPort(hops.get(i)));
            if (before == null) {
                break; // "unknown", a name, or nonsense: the last that is sure is the proxy itself
            }
            client = before;
        }
        return client;
    }

    private boolean isTrusted(InetAddress address) {
        return trusted.stream().anyMatch(range -> range.holds(address));
    }

    private static List<String> split(String list) {
        return List.of(list.split(",", -1));
    }

    private static List<String> hops(String forwarded) {
        return split(forwarded).stream()
                .map(hop -> {
                    Matcher found = FOR.matcher(hop);
                    return found.find() ? found.group(1) : "";
                })
                .toList();
    }

    private static String withoutPort(String hop) {
        Matcher port = WITH_PORT.matcher(hop.trim());
        if (!port.matches()) {
            return hop.trim();
        }
        return port.group(1) != null ? port.group(1) : port.group(2);
    }

    private static @Nullable InetAddress literal(String text) {
        if (text.length() > 45 || !LITERAL.matcher(text).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException notAnAddress) {
            return null;
        }
    }

    private static int number(String text) {
        return text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : -1;
    }
}
