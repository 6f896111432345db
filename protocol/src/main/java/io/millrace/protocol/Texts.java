package io.millrace.protocol;

import java.util.Locale;

/** The one rule for short texts that end up in a line of the wire: bounded, no control characters, well-formed UTF-16. */
final class Texts {
    private Texts() {}

    /** {@code TOKEN_EXPIRED} as the wire writes it: {@code token-expired}. */
    static String kebab(String constant) {
        return constant.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A name from outside, fit for a message: 64 characters at most, anything but visible ASCII shown as '?'. */
    static String shown(String name) {
        String cut = name.length() <= 64 ? name : name.substring(0, 64) + "...";
        return cut.replaceAll("[^\\x21-\\x7e]", "?");
    }

    static void requirePrintable(String field, String value, int maxBytes) {
        int bytes = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isISOControl(c)) {
                throw new InvalidInput(field, "no control characters, so no CR, LF or NUL");
            }
            if (Character.isHighSurrogate(c)
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new InvalidInput(field, "no lone surrogates: the text must be valid Unicode");
            } else {
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            }
        }
        if (bytes == 0 || bytes > maxBytes) {
            throw new InvalidInput(field, "1 to " + maxBytes + " bytes of UTF-8");
        }
    }
}
