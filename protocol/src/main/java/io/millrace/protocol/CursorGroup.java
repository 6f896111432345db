package io.millrace.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Where one connection stands in all its channels, moved on event by event and written as one cursor. The work that
 * doesn't depend on the offsets, hashing and sorting, is done once. Not for several threads.
 *
 * <p>Form: {@code m1.} and base64url of: epoch (5 bytes) · salt (1) · fingerprint width w (1) · count (1) · per channel,
 * sorted: fingerprint (w bytes), offset (varint) · CRC-32 of the bytes before (4). A fingerprint is the beginning of
 * SHA-256(salt byte, name). The width is the widest of 8 to 3 bytes that keeps the cursor in {@link Cursor#MAX_LENGTH};
 * the salt is the first for which all fingerprints differ. One channel alone is written in the single form.
 */
public final class CursorGroup {
    static final String PREFIX = "m1.";
    static final int MAX_WIDTH = 8;
    static final int MIN_WIDTH = 3;
    private static final int MAX_BYTES = (Cursor.MAX_LENGTH - PREFIX.length()) * 3 / 4;
    static final int HEADER = 5 + 3;
    static final int CHECK = 4;

    private final Epoch epoch;
    private final Map<ChannelName, Slot> slots = new HashMap<>();
    private final List<Slot> sorted = new ArrayList<>();
    private final int[] salts = new int[MAX_WIDTH + 1];
    private int salt;

    /** A channel's place; all begin at offset 0. */
    private static final class Slot {
        private final ChannelName channel;
        private long fingerprint;
        private long offset;

        private Slot(ChannelName channel) {
            this.channel = channel;
        }

        private long fingerprint() {
            return fingerprint;
        }
    }

    public CursorGroup(Epoch epoch, Collection<ChannelName> channels) {
        this.epoch = epoch;
        for (ChannelName channel : channels) {
            slots.computeIfAbsent(channel, Slot::new);
        }
        if (slots.isEmpty() || slots.size() > Cursor.MAX_CHANNELS) {
            throw new InvalidInput(
                    Code.TOO_MANY_CHANNELS, "cursor", "a cursor is of 1 to " + Cursor.MAX_CHANNELS + " channels");
        }
        sorted.addAll(slots.values());
        Arrays.fill(salts, -1);
        use(0);
    }

    /** Stands just after this offset now. */
    public void moveTo(ChannelName channel, long offset) {
        Slot slot = slots.get(channel);
        if (slot == null) {
            throw new IllegalArgumentException("not in this group: " + channel);
        }
        slot.offset = new Position(epoch, offset).offset();
    }

    public Position position(ChannelName channel) {
        Slot slot = slots.get(channel);
        if (slot == null) {
            throw new IllegalArgumentException("not in this group: " + channel);
        }
        return new Position(epoch, slot.offset);
    }

    /** The cursor of where all channels stand. */
    public String text() {
        if (sorted.size() == 1) {
            Slot only = sorted.get(0);
            return Cursor.of(only.channel, new Position(epoch, only.offset));
        }
        int width = width();
        chooseSalt(width);
        ByteBuffer out = ByteBuffer.allocate(MAX_BYTES);
        out.put(epochBytes(epoch)).put((byte) salt).put((byte) width).put((byte) sorted.size());
        for (Slot slot : sorted) {
            for (int i = 1; i <= width; i++) {
                out.put((byte) (slot.fingerprint >>> (64 - 8 * i)));
            }
            putVarint(out, slot.offset);
        }
        out.putInt(crc32(out.array(), out.position()));
        byte[] bytes = Arrays.copyOf(out.array(), out.position());
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private int width() {
        int fixed = HEADER + CHECK;
        for (Slot slot : sorted) {
            fixed += varintSize(slot.offset);
        }
        return Math.min(MAX_WIDTH, (MAX_BYTES - fixed) / sorted.size());
    }

    /** The first salt under which no two channels look alike; found once for each width. */
    private void chooseSalt(int width) {
        if (salts[width] < 0) {
            int candidate = 0;
            use(candidate);
            while (collides(width)) {
                if (++candidate > 255) {
                    throw new IllegalStateException("no salt tells these channels apart");
                }
                use(candidate);
            }
            salts[width] = candidate;
        } else if (salts[width] != salt) {
            use(salts[width]);
        }
    }

    private boolean collides(int width) {
        for (int i = 1; i < sorted.size(); i++) {
            if (cut(sorted.get(i - 1).fingerprint, width) == cut(sorted.get(i).fingerprint, width)) {
                return true;
            }
        }
        return false;
    }

    private void use(int newSalt) {
        salt = newSalt;
        for (Slot slot : sorted) {
            slot.fingerprint = fingerprint(newSalt, slot.channel);
        }
        sorted.sort(Comparator.comparing(Slot::fingerprint, Long::compareUnsigned));
    }

    static byte[] epochBytes(Epoch epoch) {
        long bits = 0;
        for (int i = 0; i < Epoch.LENGTH; i++) {
            bits = (bits << 5) | Epoch.ALPHABET.indexOf(epoch.value().charAt(i));
        }
        byte[] bytes = new byte[5];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (bits >>> (32 - 8 * i));
        }
        return bytes;
    }

    static long cut(long fingerprint, int width) {
        return fingerprint & (-1L << (64 - 8 * width));
    }

    static long fingerprint(int salt, ChannelName channel) {
        ByteArrayOutputStream salted = new ByteArrayOutputStream(channel.value().length() + 1);
        salted.write(salt);
        salted.writeBytes(channel.value().getBytes(StandardCharsets.US_ASCII));
        return ByteBuffer.wrap(sha256(salted.toByteArray())).getLong();
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }

    static int crc32(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static int varintSize(long value) {
        return value == 0 ? 1 : (70 - Long.numberOfLeadingZeros(value)) / 7;
    }

    static void putVarint(ByteBuffer out, long value) {
        long rest = value;
        while (rest > 0x7f) {
            out.put((byte) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }
}
