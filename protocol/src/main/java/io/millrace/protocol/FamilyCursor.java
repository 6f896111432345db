package io.millrace.protocol;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Where a reader of a whole family stands, as text: {@code w1.} and base64url, without padding, of: epoch (5 bytes) · the
 * first 4 bytes of SHA-256 of the family's name · transaction, ordering, events taken of the row (0 for all) as varints ·
 * CRC-32 of the bytes before (4). Strict to read, in exactly one form.
 */
public record FamilyCursor(Epoch epoch, int fingerprint, CommitPosition position) {
    private static final String PREFIX = "w1.";
    private static final int MAX_BYTES = 5 + 4 + 3 * 10 + 4;

    /** What a text turned out to be. */
    public sealed interface Parsed {}

    public record Valid(FamilyCursor cursor) implements Parsed {}

    public record Malformed() implements Parsed {}

    public static FamilyCursor of(Epoch epoch, String family, CommitPosition position) {
        return new FamilyCursor(epoch, fingerprintOf(family), position);
    }

    public boolean isOf(String family) {
        return fingerprint == fingerprintOf(family);
    }

    public String text() {
        ByteBuffer out = ByteBuffer.allocate(MAX_BYTES);
        out.put(CursorGroup.epochBytes(epoch)).putInt(fingerprint);
        CursorGroup.putVarint(out, position.transaction());
        CursorGroup.putVarint(out, position.ordering());
        CursorGroup.putVarint(out, position.isAfterRow() ? 0 : position.taken());
        out.putInt(CursorGroup.crc32(out.array(), out.position()));
        byte[] bytes = Arrays.copyOf(out.array(), out.position());
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    public static Parsed parse(String text) {
        if (!text.startsWith(PREFIX) || text.length() > 2 * MAX_BYTES) {
            return new Malformed();
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text.substring(PREFIX.length()));
            ByteBuffer in = ByteBuffer.wrap(bytes);
            Epoch epoch = ManyPlaces.epoch(in);
            int fingerprint = in.getInt();
            long transaction = varint(in);
            long ordering = varint(in);
            long taken = varint(in);
            boolean whole = in.remaining() == 4 && in.getInt() == CursorGroup.crc32(bytes, bytes.length - 4);
            CommitPosition position = new CommitPosition(
                    transaction, ordering, taken == 0 ? CommitPosition.WHOLE : Math.toIntExact(taken));
            FamilyCursor cursor = new FamilyCursor(epoch, fingerprint, position);
            return whole && cursor.text().equals(text) ? new Valid(cursor) : new Malformed();
        } catch (IllegalArgumentException | ArithmeticException | BufferUnderflowException | InvalidInput notOne) {
            return new Malformed();
        }
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number of more than 64 bits");
    }

    private static int fingerprintOf(String family) {
        return ByteBuffer.wrap(CursorGroup.sha256(family.getBytes(StandardCharsets.US_ASCII)))
                .getInt();
    }
}
