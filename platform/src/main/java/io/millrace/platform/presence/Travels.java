package io.millrace.platform.presence;

/** Marks what may travel between nodes; bound to the Jackson CBOR serializer. */
public interface Travels {}
