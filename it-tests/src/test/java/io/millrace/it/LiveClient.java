package io.millrace.it;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** One connection that listens. Not for several threads. */
public interface LiveClient extends Closeable {
    /** What became whole by taking at most so many bytes, waiting for the first no longer than until the deadline. */
    List<Frame> read(int maxBytes, long deadlineNanos) throws IOException;

    /** Bytes so far, heartbeats included: as long as they grow, the other side is there. */
    long received();

    /** Whether the other side has ended the stream. */
    boolean ended();

    /** Hangs up with a FIN, or with a RST that throws away what is under way. */
    void cut(boolean abruptly) throws IOException;

    @Override
    default void close() throws IOException {
        cut(false);
    }
}
