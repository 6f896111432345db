package io.millrace.protocol;

import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JSON number as it is compared: exactly, as decimals, where both are written in at most 64 characters, and as doubles
 * where one is longer, since a hostile number of a hundred thousand digits would cost seconds.
 */
final class JsonNumber implements Comparable<JsonNumber> {
    static final int MAX_EXACT = 64;
    private static final Pattern FORM = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    private final String written;
    private final double rounded;

    private JsonNumber(String written) {
        this.written = written;
        this.rounded = Double.parseDouble(written);
    }

    /** A number that {@link JsonScanner} has read. */
    static JsonNumber trusted(String written) {
        return new JsonNumber(written);
    }

    /** The number that a text is, or null. */
    static @Nullable JsonNumber parse(String text) {
        return text.length() <= MAX_EXACT && FORM.matcher(text).matches() ? new JsonNumber(text) : null;
    }

    @Override
    public int compareTo(JsonNumber other) {
        int roughly = Double.compare(rounded + 0.0, other.rounded + 0.0); // -0 and 0 are the same
        if (roughly != 0 || written.length() > MAX_EXACT || other.written.length() > MAX_EXACT) {
            return roughly;
        }
        try {
            return new BigDecimal(written).compareTo(new BigDecimal(other.written));
        } catch (ArithmeticException | NumberFormatException exponentBeyondDecimals) {
            return roughly;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JsonNumber that && compareTo(that) == 0;
    }

    @Override
    public int hashCode() {
        return Double.hashCode(rounded + 0.0);
    }

    @Override
    public String toString() {
        return written;
    }
}
