package io.millrace.platform.connection;

import org.apache.pekko.util.ByteString;
import org.apache.pekko.util.ByteStringBuilder;
import org.jspecify.annotations.Nullable;

/** Pieces that leave in one write. A lone one, as most are, is handed on as it is: shared, and nothing is made anew. */
final class Gathered {
    private ByteString first = ByteString.emptyByteString();
    private @Nullable ByteStringBuilder several;
    private int length;

    void add(ByteString piece) {
        if (length == 0) {
            first = piece;
        } else {
            ByteStringBuilder builder = several;
            if (builder == null) {
                builder = ByteString.createBuilder();
                builder.append(first);
                several = builder;
            }
            builder.append(piece);
        }
        length += piece.length(); // size() goes a long way round through Scala's collections
    }

    int length() {
        return length;
    }

    ByteString result() {
        return several == null ? first : several.result();
    }
}
