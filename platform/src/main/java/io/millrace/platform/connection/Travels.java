package io.millrace.platform.connection;

/** Marks what may travel between nodes; bound to the Jackson CBOR serializer. */
public interface Travels {}
