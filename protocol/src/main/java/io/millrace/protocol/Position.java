package io.millrace.protocol;

/**
 * A place in one channel: just after the event with this offset. Offsets are dense from 1, so offset 0 stands before the
 * first event. An offset is at most 2^53 - 1, so that it is exact as a JSON number in every browser.
 */
public record Position(Epoch epoch, long offset) {
    public static final long MAX_OFFSET = (1L << 53) - 1;

    /** Reads an offset from outside: digits alone, so that 1e3 or 3.0 isn't taken for one. */
    public static long offset(String field, String text) {
        boolean digits = !text.isEmpty() && text.length() <= 16 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        long offset = digits ? Long.parseLong(text) : -1;
        if (offset < 0 || offset > MAX_OFFSET) {
            throw new InvalidInput(
                    Code.INVALID_PARAMETER, field, "must be an offset, a whole number from 0 to 2^53 - 1");
        }
        return offset;
    }

    public Position {
        if (offset < 0 || offset > MAX_OFFSET) {
            throw new InvalidInput("offset", "an offset is a whole number from 0 to 2^53 - 1");
        }
    }
}
