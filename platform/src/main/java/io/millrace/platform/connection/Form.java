package io.millrace.platform.connection;

import io.millrace.protocol.Compress;

/**
 * How a client wants its events written.
 *
 * @param full on an event stream, the data is the whole event with its channel and place
 * @param batch bursts may come as one {@code batch}, where the channel's family gathers them
 * @param compressAbove events longer than so many bytes come compressed
 * @param tapped as operators see events: with publisher and key
 */
public record Form(boolean full, boolean batch, int compressAbove, boolean tapped) {
    public static final Form PLAIN = new Form(false, true, Compress.NEVER);
    static final Form TAPPED = new Form(true, false, Compress.NEVER, true);

    public Form(boolean full, boolean batch, int compressAbove) {
        this(full, batch, compressAbove, false);
    }

    Form compressedAbove(int bytes) {
        return new Form(full, batch, bytes, tapped);
    }
}
