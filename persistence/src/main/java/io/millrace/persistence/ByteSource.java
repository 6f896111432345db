package io.millrace.persistence;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link ByteSink} wrote, trusting none of it: every length is compared with the bytes that are left before
 * anything of that size is made, so that a damaged row costs an exception and no memory.
 */
final class ByteSource {
    private final byte[] bytes;
    private int at;

    ByteSource(byte[] bytes) {
        this.bytes = bytes;
    }

    int at() {
        return at;
    }

    int left() {
        return bytes.length - at;
    }

    int octet(String what) {
        need(1, what);
        return bytes[at++] & 0xFF;
    }

    int int32(String what) {
        need(4, what);
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = (value << 8) | (bytes[at++] & 0xFF);
        }
        return value;
    }

    long int64(String what) {
        need(8, what);
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = (value << 8) | (bytes[at++] & 0xFF);
        }
        return value;
    }

    long varint(String what) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int octet = octet(what);
            value |= (octet & 0x7FL) << shift;
            if ((octet & 0x80) == 0) {
                return value;
            }
        }
        throw corrupt(what, "a number longer than ten bytes");
    }

    long signedVarint(String what) {
        long value = varint(what);
        return (value >>> 1) ^ -(value & 1);
    }

    /** A count of things each of which takes at least {@code leastBytes}, so that it can't exceed what is left. */
    int count(long value, int leastBytes, String what) {
        if (value < 0 || value > left() / leastBytes) {
            throw corrupt(what, value + " can't fit into the " + left() + " bytes left");
        }
        return (int) value;
    }

    byte[] block(String what) {
        int length = count(varint(what), 1, what);
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    byte @Nullable [] optionalBlock(String what) {
        int there = octet(what);
        if (there > 1) {
            throw corrupt(what, "0 or 1 says whether it is there, not " + there);
        }
        return there == 0 ? null : block(what);
    }

    String text(String what) {
        return text(count(varint(what), 1, what));
    }

    @Nullable
    String optionalText(String what) {
        long lengthPlusOne = varint(what);
        return lengthPlusOne == 0 ? null : text(count(lengthPlusOne - 1, 1, what));
    }

    void end() {
        if (left() != 0) {
            throw corrupt("end", left() + " bytes too many");
        }
    }

    CorruptRecord corrupt(String what, String how) {
        return new CorruptRecord("corrupt record: " + what + " at byte " + at + " of " + bytes.length + ": " + how);
    }

    private String text(int length) {
        at += length;
        return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }

    private void need(int length, String what) {
        if (left() < length) {
            throw corrupt(what, "cut short, " + length + " bytes needed, " + left() + " left");
        }
    }
}
