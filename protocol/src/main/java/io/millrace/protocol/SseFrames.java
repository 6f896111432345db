package io.millrace.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 4);
        lines(out, text.isEmpty() ? ascii(":") : ascii(": "), utf8(text));
        out.write('\n');
        return out.toByteArray();
    }

    /** How long an EventSource waits before it comes back; a block of its own. */
    public static byte[] retry(Duration pause) {
        return ascii("retry: " + pause.toMillis() + "\n\n");
    }

    /** A block that only moves the client's last event id: nothing is dispatched. */
    public static byte[] id(String id) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(id.length() + 6);
        out.writeBytes(idLine(id));
        out.write('\n');
        return out.toByteArray();
    }

    /** {@code id: x} and its line end, to stand before a {@link #body} that others share. */
    public static byte[] idLine(String id) {
        // [spec] "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field
        // value.
        // Otherwise, ignore the field." An ignored id would leave the client at an older place in silence.
        requireOneLine("id", id);
        ByteArrayOutputStream out = new ByteArrayOutputStream(id.length() + 5);
        out.writeBytes(ID);
        out.writeBytes(utf8(id));
        out.write('\n');
        return out.toByteArray();
    }

    public static byte[] body(EventType type, byte[] data) {
        return body(type.value(), data);
    }

    /** {@code event:} and {@code data:} with the blank line that dispatches them. */
    public static byte[] body(String type, byte[] data) {
        requireOneLine("type", type);
        ByteArrayOutputStream out = new ByteArrayOutputStream(data.length + type.length() + 24);
        out.writeBytes(EVENT);
        out.writeBytes(utf8(type));
        out.write('\n');
        lines(out, DATA, data);
        out.write('\n');
        return out.toByteArray();
    }

    /** Data that an EventSource dispatches as {@code message}. */
    public static byte[] unnamed(@Nullable String id, byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(data.length + 64);
        if (id != null) {
            out.writeBytes(idLine(id));
        }
        lines(out, DATA, data);
        out.write('\n');
        return out.toByteArray();
    }

    /** What stands before data that is known to be one line, and follows by itself with {@link #END}. */
    public static byte[] start(@Nullable String id, String type) {
        requireOneLine("type", type);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (id != null) {
            out.writeBytes(idLine(id));
        }
        out.writeBytes(EVENT);
        out.writeBytes(utf8(type));
        out.write('\n');
        out.writeBytes(DATA);
        return out.toByteArray();
    }

    public static byte[] event(@Nullable String id, String type, byte[] data) {
        byte[] body = body(type, data);
        if (id == null) {
            return body;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + id.length() + 5);
        out.writeBytes(idLine(id));
        out.writeBytes(body);
        return out.toByteArray();
    }

    /** A control event; {@code id} is where the stream goes on from, where that is to be said. */
    public static byte[] control(@Nullable String id, Control control) {
        return event(id, control.name(), control.json());
    }

    private static void lines(ByteArrayOutputStream out, byte[] field, byte[] text) {
        int start = 0;
        for (int at = 0; at <= text.length; at++) {
            // [spec] "end-of-line = ( cr lf / cr / lf )": a lone CR ends a line too, so it must end ours.
            if (at == text.length || text[at] == '\n' || text[at] == '\r') {
                out.writeBytes(field);
                out.write(text, start, at - start);
                out.write('\n');
                if (at + 1 < text.length && text[at] == '\r' && text[at + 1] == '\n') {
                    at++;
                }
                start = at + 1;
            }
        }
    }

    private static void requireOneLine(String field, String text) {
        if (text.isEmpty() || text.indexOf('\r') >= 0 || text.indexOf('\n') >= 0 || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(field + " must be one line that is not empty, without NUL");
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
