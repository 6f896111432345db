package io.millrace.it.trial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Each node in a network namespace of its own on one bridge, and packets dropped by nft: what is lost is lost, connections
 * hang and are sent again by the kernel, new ones time out. No link is ever taken down, so that no packet finds another way.
 */
final class NamespaceWires implements Wires {
    private static final int PORT = 25520;

    private final String name;
    private final String net;
    private final List<String> undo = new ArrayList<>();

    private NamespaceWires() {
        int number = (int) (ProcessHandle.current().pid() % 200) + 20;
        this.name = "mr" + number;
        this.net = "10.77." + number + ".";
    }

    static Wires open() throws IOException {
        NamespaceWires wires = new NamespaceWires();
        try {
            wires.build();
            return wires;
        } catch (IOException no) {
            wires.close();
            throw no;
        }
    }

    private void build() throws IOException {
        run("ip link add " + name + "br type bridge");
        undo.add("ip link del " + name + "br");
        run("ip addr add " + lineHost() + "/24 dev " + name + "br");
        run("ip link set " + name + "br up");
        for (int node = 0; node < Schedule.NODES; node++) {
            String space = space(node);
            run("ip netns add " + space);
            undo.add("ip netns del " + space);
            run("ip link add " + space + "a type veth peer name " + space + "b");
            run("ip link set " + space + "b netns " + space);
            run("ip link set " + space + "a master " + name + "br up");
            run("ip -n " + space + " addr add " + host(node) + "/24 dev " + space + "b");
            run("ip -n " + space + " link set " + space + "b up");
            run("ip -n " + space + " link set lo up");
            run(inside(node) + "nft add table inet trial");
            run(inside(node) + "nft add chain inet trial in { type filter hook input priority 0 ; }");
            run(inside(node) + "nft add chain inet trial out { type filter hook output priority 0 ; }");
        }
    }

    private String space(int node) {
        return name + "n" + node;
    }

    private String inside(int node) {
        return "ip netns exec " + space(node) + " ";
    }

    @Override
    public String host(int node) {
        return net + (11 + node);
    }

    @Override
    public String lineHost() {
        return net + "1";
    }

    @Override
    public List<String> prefix(int node) {
        return List.of("ip", "netns", "exec", space(node));
    }

    @Override
    public String seeds() {
        return IntStream.range(0, Schedule.NODES)
                .mapToObj(node -> "\"" + host(node) + ":" + PORT + "\"")
                .collect(Collectors.joining(", "));
    }

    @Override
    public String remoting(int node) {
        return "millrace.cluster { host = \"" + host(node) + "\", port = " + PORT + " }";
    }

    @Override
    public void cut(int one, int other) {
        rule(one, "in ip saddr " + host(other));
        rule(one, "out ip daddr " + host(other));
    }

    @Override
    public void deafen(int listener, int speaker) {
        rule(listener, "in ip saddr " + host(speaker));
    }

    @Override
    public void cutDatabase(int node, FaultProxy line) {
        rule(node, "in tcp sport " + line.port());
        rule(node, "out tcp dport " + line.port());
    }

    private void rule(int node, String what) {
        must(inside(node) + "nft add rule inet trial " + what + " drop");
    }

    @Override
    public void heal() {
        for (int node = 0; node < Schedule.NODES; node++) {
            must(inside(node) + "nft flush chain inet trial in");
            must(inside(node) + "nft flush chain inet trial out");
        }
    }

    @Override
    public void close() throws IOException {
        for (int i = undo.size() - 1; i >= 0; i--) {
            run(undo.get(i));
        }
        undo.clear();
    }

    private static void must(String command) {
        try {
            run(command);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void run(String command) throws IOException {
        Process process =
                new ProcessBuilder(command.split(" ")).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(command + ": " + said);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", stopped);
        }
    }
}
