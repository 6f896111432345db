package io.millrace.persistence;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Grows while bytes are written to it: big-endian numbers, varints, length-prefixed texts. The twin of {@link ByteSource}. */
final class ByteSink {
    private byte[] bytes;
    private int size;

    ByteSink(int expectedSize) {
        this.bytes = new byte[Math.max(16, expectedSize)];
    }

    ByteSink octet(int value) {
        room(1);
        bytes[size++] = (byte) value;
        return this;
    }

    ByteSink int32(int value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            octet(value >>> shift);
        }
        return this;
    }

    ByteSink int64(long value) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            octet((int) (value >>> shift));
        }
        return this;
    }

    /** Seven bits an octet, lowest first, the high bit says that more follow. */
    ByteSink varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            octet((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        return octet((int) rest);
    }

    /** A varint in which small negative numbers stay short too. */
    ByteSink signedVarint(long value) {
        return varint((value << 1) ^ (value >> 63));
    }

    ByteSink block(byte[] value) {
        varint(value.length);
        room(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
        return this;
    }

    /** One octet says whether it is there. */
    ByteSink optionalBlock(byte @Nullable [] value) {
        return value == null ? octet(0) : octet(1).block(value);
    }

    ByteSink text(String value) {
        return block(value.getBytes(StandardCharsets.UTF_8));
    }

    /** The length is one more than the text's, so that 0 means "not there" and 1 the empty text. */
    ByteSink optionalText(@Nullable String value) {
        if (value == null) {
            return octet(0);
        }
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        varint(utf8.length + 1L);
        room(utf8.length);
        System.arraycopy(utf8, 0, bytes, size, utf8.length);
        size += utf8.length;
        return this;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(
                    bytes, Math.max(Math.addExact(size, more), (int) Math.min(1L << 30, bytes.length * 2L)));
        }
    }
}
