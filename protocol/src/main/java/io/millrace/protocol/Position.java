package io.millrace.protocol;

/**
 * A place in one channel: just after the event with this offset. Offsets are dense from 1, so offset 0 stands before the
 * first event. An offset is at most 2^53 - 1, so that it is exact as a JSON number in every browser.
 */
public record Position(Epoch epoch, long offset) {
    public static final long MAX_OFFSET = (1L << 53) - 1;

    public Position {
        if (offset < 0 || offset > MAX_OFFSET) {
            throw new InvalidInput("offset", "an offset is a whole number from 0 to 2^53 - 1");
        }
    }
}
