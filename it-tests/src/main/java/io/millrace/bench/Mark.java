package io.millrace.bench;

/**
 * The mark every event carries in its data, by which a receiver knows it again without parsing JSON:
 * {@code ~mr~RUN~LANE~SEQUENCE~NANOS~}, all numbers in hexadecimal and of fixed width, so that a rendered request is
 * stamped in place. A lane is one publisher; its sequence begins at 0 and has no holes.
 */
final class Mark {
    static final char EDGE = '~';
    static final int MAX_LANE = 0xfff;
    /** Where the sequence and the time stand, counted from the first edge. */
    static final int SEQUENCE_AT = 17;

    static final int SEQUENCE_DIGITS = 8;
    static final int NANOS_AT = SEQUENCE_AT + SEQUENCE_DIGITS + 1;
    static final int NANOS_DIGITS = 16;

    private Mark() {}

    static String blank(int run, int lane) {
        return String.format("~mr~%08x~%03x~%08x~%016x~", run, lane, 0, 0);
    }

    /** Whoever is told of the marks found in a stream. */
    interface Listener {
        void marked(int run, int lane, long sequence, long publishedNanos, long receivedNanos);
    }
}
