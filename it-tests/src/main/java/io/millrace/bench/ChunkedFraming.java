package io.millrace.bench;

/** The chunked transfer coding of RFC 9112, section 7.1. Trailers are taken for the end's blank line and skipped. */
final class ChunkedFraming implements Framing {
    private enum Stage {
        SIZE,
        EXTENSION,
        DATA,
        AFTER_DATA,
        LAST
    }

    private Stage stage = Stage.SIZE;
    private int left;
    private int lineBytes;

    @Override
    public void decode(byte[] bytes, int from, int to, Sink sink) {
        int i = from;
        while (i < to) {
            if (stage == Stage.DATA) {
                int take = Math.min(left, to - i);
                sink.content(bytes, i, i + take);
                i += take;
                left -= take;
                if (left == 0) {
                    stage = Stage.AFTER_DATA;
                }
            } else {
                line(bytes[i++], sink);
            }
        }
    }

    private void line(byte b, Sink sink) {
        switch (stage) {
            case SIZE, EXTENSION -> {
                if (b == '\n') {
                    stage = left == 0 ? Stage.LAST : Stage.DATA;
                    lineBytes = 0;
                } else if (stage == Stage.SIZE) {
                    takeSize(b);
                }
            }
            case AFTER_DATA -> {
                if (b == '\n') {
                    stage = Stage.SIZE;
                }
            }
            default -> last(b, sink);
        }
    }

    private void takeSize(byte b) {
        int digit = Character.digit(b, 16);
        if (digit >= 0) {
            left = left << 4 | digit;
        } else {
            stage = Stage.EXTENSION;
        }
    }

    private void last(byte b, Sink sink) {
        if (b != '\n') {
            lineBytes += b == '\r' ? 0 : 1;
            return;
        }
        if (lineBytes == 0) {
            stage = Stage.SIZE;
            sink.end("the last chunk");
        }
        lineBytes = 0;
    }
}
