package io.millrace.platform.connection;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.pekko.util.ByteString;

/**
 * What a connection has to say beside its events, answers above all, in order and bounded in bytes. After the last words
 * nothing is taken any more. Not for several threads.
 */
final class Words {
    private final long maxBytes;
    private final Deque<ByteString> waiting = new ArrayDeque<>();
    private long bytes;
    private boolean ending;

    Words(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Takes words in, unless the last ones were said; false where more waits than may. */
    boolean add(ByteString words) {
        if (!ending && !words.isEmpty()) {
            waiting.add(words);
            bytes += words.size();
        }
        return bytes <= maxBytes;
    }

    /** Takes the last words in; false where others were the last. */
    boolean addLast(ByteString words) {
        if (ending) {
            return false;
        }
        if (!words.isEmpty()) {
            waiting.add(words);
        }
        ending = true;
        return true;
    }

    /** Whether the last words were said, though they may still wait. */
    boolean areEnding() {
        return ending;
    }

    boolean areOver() {
        return ending && waiting.isEmpty();
    }

    long bytes() {
        return bytes;
    }

    boolean areWaiting() {
        return !waiting.isEmpty();
    }

    void takeAll(Gathered into) {
        for (ByteString word = waiting.poll(); word != null; word = waiting.poll()) {
            into.add(word);
        }
        bytes = 0;
    }
}
