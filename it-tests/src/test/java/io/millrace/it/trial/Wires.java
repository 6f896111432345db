package io.millrace.it.trial;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** How nodes reach each other, and how that fails. */
interface Wires extends Closeable {
    /** The address of a node, by which other nodes and the lines of clients reach it. */
    String host(int node);

    /** The address at which lines for nodes must listen. */
    String lineHost();

    /** What runs a node's command; empty for nothing. */
    List<String> prefix(int node);

    /** The cluster addresses of all nodes, as a list's inside in HOCON. */
    String seeds();

    /** A node's cluster address, as HOCON. */
    String remoting(int node);

    /** Nothing passes between these two, either way. */
    void cut(int one, int other);

    /** Nothing of what the speaker sends reaches the listener. */
    void deafen(int listener, int speaker);

    /** Nothing passes between this node and the database. */
    default void cutDatabase(int node, FaultProxy line) {
        line.silence();
    }

    /** Everything passes again. */
    void heal();

    /**
     * @param kind {@code lines}: TCP lines on the loopback, anywhere; {@code namespaces}: a network of its own for each node
     *     and packets that are dropped, where this is root with {@code ip} and {@code nft}; {@code auto}: the better one that
     *     can be had
     */
    static Wires open(String kind) throws IOException {
        if (kind.equals("lines")) {
            return new LineWires();
        }
        try {
            return NamespaceWires.open();
        } catch (IOException no) {
            if (kind.equals("namespaces")) {
                throw no;
            }
            System.out.println("trial: no network namespaces here (" + no.getMessage() + "), lines instead");
            return new LineWires();
        }
    }
}
