package io.millrace.platform.connection;

import io.millrace.platform.preset.Envelope;
import io.millrace.protocol.Compress;

/**
 * How a client wants its events written.
 *
 * @param batch bursts may come as one {@code batch}, where the channel's family gathers them
 * @param compressAbove events longer than so many bytes come compressed
 * @param tapped as operators see events: with publisher and key
 */
public record Form(Envelope envelope, boolean batch, int compressAbove, boolean tapped) {
    public static final Form PLAIN = new Form(Envelope.DATA, true, Compress.NEVER);
    static final Form TAPPED = new Form(Envelope.FULL, false, Compress.NEVER, true);

    public Form(Envelope envelope, boolean batch, int compressAbove) {
        this(envelope, batch, compressAbove, false);
    }

    /** Where several channels come in one stream, each event must say which is its own. */
    public Form withWholeEvents() {
        return envelope.isWhole() ? this : new Form(Envelope.FULL, batch, compressAbove, tapped);
    }

    Form compressedAbove(int bytes) {
        return new Form(envelope, batch, bytes, tapped);
    }
}
