package io.millrace.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One JSON value, kept as the publisher wrote it but for the white space between tokens, so that numbers and escapes come
 * out exactly as they went in and no raw line end is left. Made only by {@link JsonInput}, which has checked it, or from
 * bytes the journal kept.
 */
public final class JsonData {
    private final byte[] utf8;

    private JsonData(byte[] utf8) {
        this.utf8 = utf8;
    }

    /** Takes bytes that are known to be one compact JSON value, without a copy; the caller must not change them. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static JsonData trusted(byte[] compactUtf8) {
        return new JsonData(compactUtf8);
    }

    /** The value's bytes; shared, not to be changed. */
    @JsonValue
    public byte[] utf8() {
        return utf8;
    }

    public int size() {
        return utf8.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonData that && Arrays.equals(utf8, that.utf8);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(utf8);
    }

    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
