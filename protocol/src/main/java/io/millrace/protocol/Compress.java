package io.millrace.protocol;

/** From which length on a client wants events compressed: the parameter and field {@code compress}. */
public final class Compress {
    /** Nothing is compressed. */
    public static final int NEVER = Integer.MAX_VALUE;

    private static final int MAX_DIGITS = 9;

    private Compress() {}

    /** @throws InvalidInput naming {@code compress} */
    public static int parse(String bytes) {
        boolean whole = !bytes.isEmpty() && bytes.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!whole || bytes.length() > MAX_DIGITS) {
            throw new InvalidInput(
                    Code.INVALID_PARAMETER, "compress", "must be a number of bytes: longer events come compressed");
        }
        return Integer.parseInt(bytes);
    }
}
