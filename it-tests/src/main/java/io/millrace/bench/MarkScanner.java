package io.millrace.bench;

/**
 * Finds marks in the bytes of one stream. Allocates nothing and keeps its place between two reads, so a mark may be cut
 * anywhere.
 */
final class MarkScanner {
    private static final int OUTSIDE = 0;
    private static final int TAG = 1;
    private static final int RUN = 2;
    private static final int LANE = 3;
    private static final int SEQUENCE = 4;

    private int field = OUTSIDE;
    private int tagged;
    private long number;
    private int run;
    private int lane;
    private long sequence;

    void scan(byte[] bytes, int from, int to, long nowNanos, Mark.Listener listener) {
        int i = from;
        while (i < to) {
            if (field == OUTSIDE) {
                while (i < to && bytes[i] != Mark.EDGE) {
                    i++;
                }
                if (i == to) {
                    return;
                }
                i++;
                begin(TAG);
                continue;
            }
            byte b = bytes[i++];
            if (b == Mark.EDGE) {
                endField(nowNanos, listener);
            } else if (field == TAG) {
                takeTag(b);
            } else {
                takeDigit(b);
            }
        }
    }

    private void endField(long nowNanos, Mark.Listener listener) {
        long value = number;
        switch (field) {
            case TAG -> begin(tagged == 2 ? RUN : TAG);
            case RUN -> {
                run = (int) value;
                begin(LANE);
            }
            case LANE -> {
                lane = (int) value;
                begin(SEQUENCE);
            }
            case SEQUENCE -> {
                sequence = value;
                begin(SEQUENCE + 1);
            }
            default -> {
                field = OUTSIDE;
                listener.marked(run, lane, sequence, value, nowNanos);
            }
        }
    }

    private void takeTag(byte b) {
        boolean expected = tagged == 0 ? b == 'm' : tagged == 1 && b == 'r';
        tagged++;
        if (!expected) {
            field = OUTSIDE;
        }
    }

    private void takeDigit(byte b) {
        int digit = b >= '0' && b <= '9' ? b - '0' : b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
        if (digit < 0) {
            field = OUTSIDE;
        } else {
            number = number << 4 | digit;
        }
    }

    private void begin(int next) {
        field = next;
        tagged = 0;
        number = 0;
    }
}
