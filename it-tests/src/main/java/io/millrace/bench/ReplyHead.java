package io.millrace.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** The head of an HTTP/1.1 response, gathered from reads that may cut it anywhere. */
final class ReplyHead {
    private static final int MAX_BYTES = 16 * 1024;

    private byte[] bytes = new byte[512];
    private int length;
    private boolean complete;
    private int status;
    private boolean chunked;
    private int contentLength = -1;

    /** Takes bytes up to the head's end and returns where the body begins, or {@code to} if there is more to come. */
    int feed(byte[] source, int from, int to) {
        int i = from;
        while (i < to && !complete) {
            if (length == bytes.length) {
                grow();
            }
            bytes[length++] = source[i++];
            complete = endsWithBlankLine();
        }
        if (complete && status == 0) {
            parse();
        }
        return i;
    }

    void reset() {
        length = 0;
        complete = false;
        status = 0;
        chunked = false;
        contentLength = -1;
    }

    boolean complete() {
        return complete;
    }

    int status() {
        return status;
    }

    boolean chunked() {
        return chunked;
    }

    /** -1 where the response doesn't say. */
    int contentLength() {
        return contentLength;
    }

    private boolean endsWithBlankLine() {
        return length >= 4
                && bytes[length - 1] == '\n'
                && bytes[length - 2] == '\r'
                && bytes[length - 3] == '\n'
                && bytes[length - 4] == '\r';
    }

    private void parse() {
        String head = new String(bytes, 0, length, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        try {
            status = Integer.parseInt(head.substring(9, 12));
            chunked = value(head, "transfer-encoding").contains("chunked");
            String said = value(head, "content-length");
            contentLength = said.isEmpty() ? -1 : Integer.parseInt(said);
        } catch (RuntimeException e) {
            throw new BenchFailure(
                    "not an HTTP response: " + head.lines().findFirst().orElse(""), e);
        }
    }

    private static String value(String head, String name) {
        int at = head.indexOf("\r\n" + name + ":");
        if (at < 0) {
            return "";
        }
        int from = at + name.length() + 3;
        return head.substring(from, head.indexOf("\r\n", from)).trim();
    }

    private void grow() {
        if (length >= MAX_BYTES) {
            throw new BenchFailure("a response head of more than " + MAX_BYTES + " bytes");
        }
        bytes = Arrays.copyOf(bytes, length * 2);
    }
}
