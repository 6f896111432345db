package io.millrace.protocol;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON object as bytes, member by member; a member whose value is null is left out. Ready JSON is spliced in as
 * it stands. Member names are our own plain ASCII words. No raw line end can get out: everything below U+0020 is escaped,
 * and so is a lone surrogate, which UTF-8 can't carry.
 */
final class JsonObjectWriter {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private byte[] bytes;
    private int size;

    JsonObjectWriter() {
        this(256);
    }

    JsonObjectWriter(int expectedSize) {
        bytes = new byte[expectedSize];
        put('{');
    }

    JsonObjectWriter text(String name, @Nullable String value) {
        if (value != null) {
            name(name);
            string(value);
        }
        return this;
    }

    JsonObjectWriter number(String name, long value) {
        name(name);
        ascii(Long.toString(value));
        return this;
    }

    JsonObjectWriter flag(String name, boolean value) {
        name(name);
        ascii(value ? "true" : "false");
        return this;
    }

    /** ISO 8601 in UTC with exactly three digits of milliseconds. */
    JsonObjectWriter time(String name, @Nullable Instant value) {
        return value == null ? this : text(name, MILLIS.format(value));
    }

    JsonObjectWriter raw(String name, byte @Nullable [] json) {
        if (json != null) {
            name(name);
            append(json, 0, json.length);
        }
        return this;
    }

    /** A member whose name is somebody else's. */
    JsonObjectWriter member(String name, byte[] json) {
        comma();
        string(name);
        put(':');
        append(json, 0, json.length);
        return this;
    }

    JsonObjectWriter texts(String name, List<String> items) {
        name(name);
        put('[');
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                put(',');
            }
            string(items.get(i));
        }
        put(']');
        return this;
    }

    JsonObjectWriter list(String name, List<byte[]> items) {
        name(name);
        put('[');
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                put(',');
            }
            append(items.get(i), 0, items.get(i).length);
        }
        put(']');
        return this;
    }

    /** All members of an object that is ready, braces left off. */
    JsonObjectWriter membersOf(byte[] object) {
        if (object.length > 2) {
            comma();
            append(object, 1, object.length - 2);
        }
        return this;
    }

    byte[] bytes() {
        put('}');
        return Arrays.copyOf(bytes, size);
    }

    /** A text as a JSON string. */
    static String quoted(String value) {
        JsonObjectWriter alone = new JsonObjectWriter(value.length() + 16);
        alone.size = 0;
        alone.string(value);
        return new String(alone.bytes, 0, alone.size, StandardCharsets.UTF_8);
    }

    /** A time as a JSON string, written as {@link #time} writes it. */
    static String quoted(Instant time) {
        return quoted(MILLIS.format(time));
    }

    private void name(String name) {
        comma();
        put('"');
        ascii(name);
        put('"');
        put(':');
    }

    private void comma() {
        if (size > 1) {
            put(',');
        }
    }

    private void string(String value) {
        put('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                put('\\');
                put(c);
            } else if (c >= 0x20 && c < 0x7f) {
                put(c);
            } else if (c <= 0x7f) {
                escape(c);
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                utf8(value.codePointAt(i));
                i++;
            } else if (Character.isSurrogate(c)) {
                escape(c);
            } else {
                utf8(c);
            }
        }
        put('"');
    }

    private void escape(char c) {
        put('\\');
        put('u');
        for (int shift = 12; shift >= 0; shift -= 4) {
            put(HEX[(c >> shift) & 0xf]);
        }
    }

    private void utf8(int codePoint) {
        byte[] encoded = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
        append(encoded, 0, encoded.length);
    }

    private void ascii(String text) {
        for (int i = 0; i < text.length(); i++) {
            put(text.charAt(i));
        }
    }

    private void put(int b) {
        room(1);
        bytes[size++] = (byte) b;
    }

    private void append(byte[] more, int from, int length) {
        room(length);
        System.arraycopy(more, from, bytes, size, length);
        size += length;
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
