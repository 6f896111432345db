package io.millrace.protocol;

/**
 * Says whether bytes that arrive in pieces are UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF),
 * at the first byte that can't be. A character may be split between pieces.
 */
final class Utf8Check {
    private int missing;
    private int lowest;
    private int highest;

    static boolean valid(byte[] bytes) {
        Utf8Check check = new Utf8Check();
        return check.accept(bytes, 0, bytes.length) && check.complete();
    }

    /** Takes the next piece; false at the first wrong byte, after which the check is spent. */
    boolean accept(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (missing == 0 ? b < 0 && !begins(b & 0xff) : !continues(b & 0xff)) {
                return false;
            }
        }
        return true;
    }

    /** Whether no character is left half. */
    boolean complete() {
        return missing == 0;
    }

    void reset() {
        missing = 0;
    }

    private boolean begins(int b) {
        lowest = 0x80;
        highest = 0xbf;
        if (b >= 0xc2 && b <= 0xdf) {
            missing = 1;
        } else if (b >= 0xe0 && b <= 0xef) {
            missing = 2;
            lowest = b == 0xe0 ? 0xa0 : 0x80;
            highest = b == 0xed ? 0x9f : 0xbf;
        } else if (b >= 0xf0 && b <= 0xf4) {
            missing = 3;
            lowest = b == 0xf0 ? 0x90 : 0x80;
            highest = b == 0xf4 ? 0x8f : 0xbf;
        } else {
            return false;
        }
        return true;
    }

    private boolean continues(int b) {
        boolean fits = b >= lowest && b <= highest;
        missing--;
        lowest = 0x80;
        highest = 0xbf;
        return fits;
    }
}
