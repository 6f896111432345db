package io.millrace.protocol;

import java.nio.ByteBuffer;
import java.util.Base64;

/** What a cursor of many channels says, read strictly: only what {@link CursorGroup} writes is taken. */
final class ManyPlaces implements Cursor.Places {
    private final int salt;
    private final int width;
    private final long[] fingerprints;
    private final long[] offsets;

    private ManyPlaces(int salt, int width, long[] fingerprints, long[] offsets) {
        this.salt = salt;
        this.width = width;
        this.fingerprints = fingerprints;
        this.offsets = offsets;
    }

    @Override
    public long offsetOf(ChannelName channel) {
        long wanted = CursorGroup.cut(CursorGroup.fingerprint(salt, channel), width);
        for (int i = 0; i < fingerprints.length; i++) {
            if (fingerprints[i] == wanted) {
                return offsets[i];
            }
        }
        return -1;
    }

    @Override
    public int count() {
        return offsets.length;
    }

    static Cursor.Parsed parse(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text.substring(CursorGroup.PREFIX.length()));
        } catch (IllegalArgumentException notBase64) {
            return new Cursor.Malformed("a cursor of many channels is m1. and base64url");
        }
        String again = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        if (!text.startsWith(again, CursorGroup.PREFIX.length())
                || text.length() != CursorGroup.PREFIX.length() + again.length()) {
            return new Cursor.Malformed("a cursor's base64url is without padding and spare bits");
        }
        int end = bytes.length - CursorGroup.CHECK;
        if (end < CursorGroup.HEADER || ByteBuffer.wrap(bytes).getInt(end) != CursorGroup.crc32(bytes, end)) {
            return new Cursor.Malformed("the cursor was cut short or changed: its check doesn't fit");
        }
        return entries(text, ByteBuffer.wrap(bytes, 0, end));
    }

    private static Cursor.Parsed entries(String text, ByteBuffer in) {
        Epoch epoch = epoch(in);
        int salt = in.get() & 0xff;
        int width = in.get();
        int count = in.get();
        if (width < CursorGroup.MIN_WIDTH
                || width > CursorGroup.MAX_WIDTH
                || count < 2
                || count > Cursor.MAX_CHANNELS) {
            return new Cursor.Malformed("a cursor of many channels has 2 to " + Cursor.MAX_CHANNELS + " of them");
        }
        long[] fingerprints = new long[count];
        long[] offsets = new long[count];
        for (int i = 0; i < count; i++) {
            if (in.remaining() <= width) {
                return new Cursor.Malformed("the cursor ends early");
            }
            for (int b = 1; b <= width; b++) {
                fingerprints[i] |= (in.get() & 0xffL) << (64 - 8 * b);
            }
            offsets[i] = varint(in);
            if (offsets[i] < 0 || (i > 0 && Long.compareUnsigned(fingerprints[i - 1], fingerprints[i]) >= 0)) {
                return new Cursor.Malformed("the cursor's entries are not as the server writes them");
            }
        }
        if (in.hasRemaining()) {
            return new Cursor.Malformed("the cursor goes on past its end");
        }
        return new Cursor.Valid(new Cursor(text, epoch, new ManyPlaces(salt, width, fingerprints, offsets)));
    }

    static Epoch epoch(ByteBuffer in) {
        long bits = 0;
        for (int i = 0; i < 5; i++) {
            bits = (bits << 8) | (in.get() & 0xff);
        }
        StringBuilder value = new StringBuilder(Epoch.LENGTH);
        for (int shift = 35; shift >= 0; shift -= 5) {
            value.append(Epoch.ALPHABET.charAt((int) (bits >>> shift) & 31));
        }
        return new Epoch(value.toString());
    }

    /** The offset, or -1 where it is cut, too large, or longer than need be. */
    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 56 && in.hasRemaining(); shift += 7) {
            byte b = in.get();
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                boolean minimal = b != 0 || shift == 0;
                return minimal && value <= Position.MAX_OFFSET ? value : -1;
            }
        }
        return -1;
    }
}
