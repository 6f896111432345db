package io.millrace.it.trial;

import io.millrace.it.Product;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** All on the loopback: each node is called through a line of its own, which knows the caller by the address it calls from. */
final class LineWires implements Wires {
    private final List<FaultProxy> lines = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();

    LineWires() throws IOException {
        for (int node = 0; node < Schedule.NODES; node++) {
            ports.add(Product.freePort());
            lines.add(new FaultProxy(ports.get(node)));
        }
    }

    private static String source(int node) {
        return "127.0.1." + (node + 1);
    }

    @Override
    public String host(int node) {
        return "127.0.0.1";
    }

    @Override
    public String lineHost() {
        return "127.0.0.1";
    }

    @Override
    public List<String> prefix(int node) {
        return List.of();
    }

    @Override
    public String seeds() {
        return lines.stream().map(line -> "\"127.0.0.1:" + line.port() + "\"").collect(Collectors.joining(", "));
    }

    @Override
    public String remoting(int node) {
        return """
                millrace.cluster { host = "127.0.0.1", port = %d }
                pekko.remote.artery {
                  bind { hostname = "127.0.0.1", port = %d }
                  advanced.tcp.outbound-client-hostname = "%s"
                }
                """
                .formatted(lines.get(node).port(), ports.get(node), source(node));
    }

    @Override
    public void cut(int one, int other) {
        deafen(one, other);
        deafen(other, one);
    }

    /** A connection between nodes carries words one way only. */
    @Override
    public void deafen(int listener, int speaker) {
        lines.get(listener).silence(source(speaker));
    }

    @Override
    public void heal() {
        lines.forEach(FaultProxy::heal);
    }

    @Override
    public void close() throws IOException {
        for (FaultProxy line : lines) {
            line.close();
        }
    }
}
