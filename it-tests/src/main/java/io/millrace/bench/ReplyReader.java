package io.millrace.bench;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads whole responses on a connection that is kept alive, one after the other. */
final class ReplyReader implements Framing.Sink {
    private static final int MAX_KEPT = 300;

    private final ReplyHead head = new ReplyHead();
    private @Nullable ChunkedFraming chunks;
    private int left;
    private boolean ended;
    private final StringBuilder beginning = new StringBuilder();

    void reset() {
        head.reset();
        chunks = null;
        ended = false;
        beginning.setLength(0);
    }

    /** True once the response is complete. The next request hasn't been sent by then, so nothing can follow it. */
    boolean feed(byte[] bytes, int count) {
        int from = 0;
        if (!head.complete()) {
            from = head.feed(bytes, 0, count);
            if (!head.complete()) {
                return false;
            }
            chunks = head.chunked() ? new ChunkedFraming() : null;
            left = Math.max(0, head.contentLength());
        }
        ChunkedFraming decoding = chunks;
        if (decoding != null) {
            decoding.decode(bytes, from, count, this);
            return ended;
        }
        content(bytes, from, count);
        left -= count - from;
        return left <= 0;
    }

    int status() {
        return head.status();
    }

    /** The first bytes of a body that isn't a success, to show what the server had against it. */
    String beginning() {
        return beginning.toString();
    }

    @Override
    public void content(byte[] bytes, int from, int to) {
        if (head.status() >= 300 && beginning.length() < MAX_KEPT) {
            beginning.append(new String(bytes, from, Math.min(to - from, MAX_KEPT), StandardCharsets.UTF_8));
        }
    }

    @Override
    public void end(String reason) {
        ended = true;
    }
}
