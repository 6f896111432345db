package io.millrace.bench;

/** Takes a transport's framing off, so that what is scanned are the bytes a client's application would see. */
interface Framing {
    void decode(byte[] bytes, int from, int to, Sink sink);

    /** Where the bare bytes go. */
    interface Sink {
        void content(byte[] bytes, int from, int to);

        /** A WebSocket ping, which RFC 6455 wants answered with the same bytes. */
        default void ping(byte[] payload) {}

        /** The peer said that it ends the stream, and why where it told. */
        void end(String reason);
    }

    /** A body that ends with the connection: nothing to take off. */
    static Framing closeDelimited() {
        return (bytes, from, to, sink) -> sink.content(bytes, from, to);
    }
}
