package io.millrace.protocol;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Server-Sent Events as bytes (WHATWG HTML, 9.2). Whatever the texts are, none can forge a field or an event: a line of
 * data that would end in CR, LF or CRLF goes on as a data line of its own, and an id or type with a line end is refused.
 */
public final class SseFrames {
    private static final byte[] DATA = ascii("data: ");
    private static final byte[] EVENT = ascii("event: ");
    private static final byte[] ID = ascii("id: ");

    /** Ends a line of data and the event. */
    public static final byte[] END = ascii("\n\n");

    private SseFrames() {}

    /** Something a client doesn't see as an event and that carries no id: {@code :\n\n} for an empty text. */
    public static byte[] comment(String text) {
        return new Block(text.length() + 4)
                .lines(text.isEmpty() ? ascii(":") : ascii(": "), utf8(text))
                .dispatched();
    }

    /** How long an EventSource waits before it comes back; a block of its own. */
    public static byte[] retry(Duration pause) {
        return ascii("retry: " + pause.toMillis() + "\n\n");
    }

    /** A block that only moves the client's last event id: nothing is dispatched. */
    public static byte[] id(String id) {
        return new Block(idSize(id) + 1).id(id).dispatched();
    }

    /** {@code id: x} and its line end, to stand before an {@link #event} without one that others share. */
    public static byte[] idLine(String id) {
        return new Block(idSize(id)).id(id).bytes();
    }

    /** Data that an EventSource dispatches as {@code message}. */
    public static byte[] unnamed(@Nullable String id, byte[] data) {
        return new Block(idSize(id) + dataSize(data) + 1)
                .id(id)
                .lines(DATA, data)
                .dispatched();
    }

    /** What stands before data that is known to be one line, and follows by itself with {@link #END}. */
    public static byte[] start(@Nullable String id, String type) {
        return new Block(idSize(id) + typeSize(type) + DATA.length)
                .id(id)
                .type(type)
                .put(DATA)
                .bytes();
    }

    /** {@code id:}, {@code event:} and {@code data:} with the blank line that dispatches them. */
    public static byte[] event(@Nullable String id, String type, byte[] data) {
        return new Block(idSize(id) + typeSize(type) + dataSize(data) + 1)
                .id(id)
                .type(type)
                .lines(DATA, data)
                .dispatched();
    }

    /** A control event; {@code id} is where the stream goes on from, where that is to be said. */
    public static byte[] control(@Nullable String id, Control control) {
        return event(id, control.name(), control.json());
    }

    private static int idSize(@Nullable String id) {
        return id == null ? 0 : ID.length + id.length() + 1;
    }

    private static int typeSize(String type) {
        return EVENT.length + type.length() + 1;
    }

    private static int dataSize(byte[] data) {
        return DATA.length + data.length + 1;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Lines in one array, which nearly always is of just the right size: a catching-up reader has a million made a second. */
    private static final class Block {
        private byte[] bytes;
        private int length;

        /** @param size how many bytes it comes to where texts are ASCII and data is one line */
        Block(int size) {
            bytes = new byte[size];
        }

        Block id(@Nullable String id) {
            // [spec] "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field
            // value. Otherwise, ignore the field." An ignored id would leave the client at an older place in silence.
            return id == null ? this : oneLine("id", ID, id);
        }

        Block type(String type) {
            return oneLine("type", EVENT, type);
        }

        private Block oneLine(String name, byte[] field, String text) {
            if (text.isEmpty() || text.indexOf('\r') >= 0 || text.indexOf('\n') >= 0 || text.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(name + " must be one line that is not empty, without NUL");
            }
            return put(field).put(utf8(text)).lineEnd();
        }

        Block lines(byte[] field, byte[] text) {
            int start = 0;
            for (int at = 0; at <= text.length; at++) {
                // [spec] "end-of-line = ( cr lf / cr / lf )": a lone CR ends a line too, so it must end ours.
                if (at == text.length || text[at] == '\n' || text[at] == '\r') {
                    put(field).put(text, start, at - start).lineEnd();
                    if (at + 1 < text.length && text[at] == '\r' && text[at + 1] == '\n') {
                        at++;
                    }
                    start = at + 1;
                }
            }
            return this;
        }

        Block put(byte[] piece) {
            return put(piece, 0, piece.length);
        }

        private Block put(byte[] piece, int from, int count) {
            makeRoom(count);
            System.arraycopy(piece, from, bytes, length, count);
            length += count;
            return this;
        }

        private Block lineEnd() {
            makeRoom(1);
            bytes[length++] = '\n';
            return this;
        }

        private void makeRoom(int count) {
            if (bytes.length - length < count) {
                bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
            }
        }

        /** With the blank line that ends a block. */
        byte[] dispatched() {
            return lineEnd().bytes();
        }

        byte[] bytes() {
            return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        }
    }
}
