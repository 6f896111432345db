package io.millrace.protocol;

import java.nio.charset.StandardCharsets;
import java.util.SortedMap;

/**
 * The event id: where a client stands, in one channel ({@code epoch.offset.tag}) or in all it follows ({@code m1.…}, see
 * {@link CursorGroup}), as printable text that any node can resume from. A cursor cut short or changed is
 * {@link Malformed}, and a channel it doesn't speak of is {@link Foreign}: it never silently means another place. It is no
 * secret and grants nothing.
 *
 * <p>A tag is nine characters of base64url: five of the channel's SHA-256 (30 bits), then four of a CRC-24 over all that
 * stands before.
 */
public final class Cursor {
    /** No cursor is longer, so that it fits in a header and a query beside everything else. */
    public static final int MAX_LENGTH = 1536;

    public static final int MAX_CHANNELS = 100;

    private static final int FINGERPRINT = 5;
    private static final int TAG = FINGERPRINT + 4;
    private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final int MAX_OFFSET_DIGITS = 16;

    /** What came of reading a text. */
    public sealed interface Parsed permits Valid, Malformed {}

    public record Valid(Cursor cursor) implements Parsed {}

    /** @param why a rule that the text breaks; doesn't repeat it */
    public record Malformed(String why) implements Parsed {}

    /** What a cursor says of one channel. */
    public sealed interface Lookup permits At, Foreign {}

    public record At(Position position) implements Lookup {}

    /** The cursor doesn't speak of this channel. */
    public record Foreign() implements Lookup {}

    private final String text;
    private final Epoch epoch;
    private final Places places;

    /** What a form of cursor knows of its channels. */
    interface Places {
        /** The offset, or -1. */
        long offsetOf(ChannelName channel);

        int count();
    }

    Cursor(String text, Epoch epoch, Places places) {
        this.text = text;
        this.epoch = epoch;
        this.places = places;
    }

    public static String of(ChannelName channel, Position position) {
        return stamp(channel, position.epoch()).at(position.offset());
    }

    /** The cursor of 1 to 100 channels of one epoch; the same for the same positions, whatever order they came in. */
    public static String of(Epoch epoch, SortedMap<ChannelName, Long> offsets) {
        CursorGroup group = new CursorGroup(epoch, offsets.keySet());
        offsets.forEach(group::moveTo);
        return group.text();
    }

    /** Makes many cursors of one channel cheaply; immutable, to be shared. */
    public static Stamp stamp(ChannelName channel, Epoch epoch) {
        return new Stamp(epoch.value() + ".", fingerprintOf(channel));
    }

    /** All of a channel's cursors but the offset. */
    public static final class Stamp {
        private final String before;
        private final String fingerprint;
        private final int crcBefore;

        private Stamp(String before, String fingerprint) {
            this.before = before;
            this.fingerprint = fingerprint;
            this.crcBefore = crc24(CRC24_INIT, before);
        }

        public String at(long offset) {
            if (offset < 0 || offset > Position.MAX_OFFSET) {
                throw new InvalidInput("offset", "an offset is a whole number from 0 to 2^53 - 1");
            }
            String middle = offset + "." + fingerprint;
            return before + middle + base64(crc24(crcBefore, middle), 24);
        }
    }

    /** Reads a cursor from outside; never throws. */
    public static Parsed parse(String text) {
        if (text.isEmpty()) {
            return new Malformed("a cursor is not empty");
        }
        if (text.length() > MAX_LENGTH) {
            return new Malformed("a cursor has at most " + MAX_LENGTH + " characters");
        }
        return text.startsWith(CursorGroup.PREFIX) ? ManyPlaces.parse(text) : parseSingle(text);
    }

    private static Parsed parseSingle(String text) {
        int dot = text.indexOf('.');
        int secondDot = text.indexOf('.', dot + 1);
        if (dot != Epoch.LENGTH || secondDot < 0 || text.length() != secondDot + 1 + TAG) {
            return new Malformed("a cursor is epoch.offset.tag, whole");
        }
        String digits = text.substring(dot + 1, secondDot);
        if (!isCanonical(digits)) {
            return new Malformed("a cursor's offset is a whole number without sign or leading zeros");
        }
        long offset = Long.parseLong(digits);
        if (offset > Position.MAX_OFFSET) {
            return new Malformed("a cursor's offset is at most 2^53 - 1");
        }
        int checkAt = text.length() - 4;
        if (!base64(crc24(CRC24_INIT, text.substring(0, checkAt)), 24).equals(text.substring(checkAt))) {
            return new Malformed("the cursor was cut short or changed: its check doesn't fit");
        }
        try {
            Epoch epoch = new Epoch(text.substring(0, dot));
            String fingerprint = text.substring(secondDot + 1, checkAt);
            if (!fingerprint.chars().allMatch(c -> DIGITS.indexOf(c) >= 0)) {
                return new Malformed("a cursor's tag is base64url");
            }
            return new Valid(new Cursor(text, epoch, new OnePlace(fingerprint, offset)));
        } catch (InvalidInput notAnEpoch) {
            return new Malformed("a cursor begins with an epoch");
        }
    }

    private record OnePlace(String fingerprint, long offset) implements Places {
        @Override
        public long offsetOf(ChannelName channel) {
            return fingerprintOf(channel).equals(fingerprint) ? offset : -1;
        }

        @Override
        public int count() {
            return 1;
        }
    }

    private static boolean isCanonical(String digits) {
        if (digits.isEmpty() || digits.length() > MAX_OFFSET_DIGITS) {
            return false;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return false;
            }
        }
        return digits.length() == 1 || digits.charAt(0) != '0';
    }

    public Lookup find(ChannelName channel) {
        long offset = places.offsetOf(channel);
        return offset < 0 ? new Foreign() : new At(new Position(epoch, offset));
    }

    public Epoch epoch() {
        return epoch;
    }

    /** How many channels it speaks of. */
    public int channels() {
        return places.count();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cursor that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** The text it was read from. */
    @Override
    public String toString() {
        return text;
    }

    private static String fingerprintOf(ChannelName channel) {
        byte[] hash = CursorGroup.sha256(channel.value().getBytes(StandardCharsets.US_ASCII));
        int first30 = ((hash[0] & 0xff) << 22 | (hash[1] & 0xff) << 14 | (hash[2] & 0xff) << 6 | (hash[3] & 0xff) >> 2);
        return base64(first30, 30);
    }

    private static String base64(int value, int bits) {
        StringBuilder text = new StringBuilder(5);
        for (int shift = bits - 6; shift >= 0; shift -= 6) {
            text.append(DIGITS.charAt((value >> shift) & 63));
        }
        return text.toString();
    }

    private static final int CRC24_INIT = 0xb704ce;
    private static final int[] CRC24 = crc24Table();

    private static int[] crc24Table() {
        int[] table = new int[256];
        for (int i = 0; i < table.length; i++) {
            int crc = i << 16;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x800000) == 0 ? crc << 1 : crc << 1 ^ 0x864cfb;
            }
            table[i] = crc & 0xffffff;
        }
        return table;
    }

    /** RFC 9580, 6.1: a burst of up to 24 bits, so any one changed character, always shows; a byte a character. */
    private static int crc24(int crc, String text) {
        int sum = crc;
        for (int i = 0; i < text.length(); i++) {
            sum = (sum << 8 ^ CRC24[(sum >> 16 ^ text.charAt(i)) & 0xff]) & 0xffffff;
        }
        return sum;
    }
}
