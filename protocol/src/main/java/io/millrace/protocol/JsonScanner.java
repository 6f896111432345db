package io.millrace.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads exactly one JSON value (RFC 8259) and gives it back without the white space between tokens, all else byte for
 * byte. Stricter than the RFC where readers differ, so that everybody behind reads the same: no duplicate keys, no byte
 * order mark, no depth beyond the limit. Recursion is bounded by that limit.
 */
final class JsonScanner {
    private final String field;
    private final byte[] in;
    private final byte[] out;
    private final int maxDepth;
    private final int wrappers;
    private int at;
    private int size;

    private JsonScanner(String field, byte[] in, int maxDepth, int wrappers) {
        this.field = field;
        this.in = in;
        this.out = new byte[in.length];
        this.maxDepth = maxDepth;
        this.wrappers = wrappers;
    }

    /**
     * The compact form.
     *
     * @param field what a fault is called by
     * @param wrappers levels around the data that {@code maxDepth} doesn't count
     */
    static byte[] compact(String field, byte[] utf8, int maxDepth, int wrappers) {
        return new JsonScanner(field, utf8, maxDepth, wrappers).document();
    }

    private byte[] document() {
        if (in.length > 0 && (in[0] == 0 || (in[0] & 0xff) >= 0xef || (in.length > 1 && in[1] == 0))) {
            throw fault("must be UTF-8 without a byte order mark");
        }
        if (!Utf8Check.valid(in)) {
            throw fault("must be UTF-8");
        }
        value(0);
        skipSpace();
        if (at < in.length) {
            throw broken("must be one JSON value and nothing after it");
        }
        return Arrays.copyOf(out, size);
    }

    private void value(int depth) {
        skipSpace();
        switch (peek()) {
            case '{' -> object(depth + 1);
            case '[' -> array(depth + 1);
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
    }

    private void object(int depth) {
        enter(depth);
        Set<String> names = new HashSet<>();
        skipSpace();
        if (peek() != '}') {
            do {
                skipSpace();
                if (peek() != '"') {
                    throw broken("a member's name must be a string in double quotes");
                }
                int nameAt = at;
                int start = size;
                string();
                if (!names.add(new JsonPart(out, start, size).text())) {
                    at = nameAt;
                    throw broken("a name must not come twice in one object");
                }
                skipSpace();
                expect(':', "a colon must follow a member's name");
                value(depth);
                skipSpace();
            } while (took(','));
        }
        expect('}', "a comma or } must follow a member");
    }

    private void array(int depth) {
        enter(depth);
        skipSpace();
        if (peek() != ']') {
            do {
                value(depth);
                skipSpace();
            } while (took(','));
        }
        expect(']', "a comma or ] must follow an item");
    }

    private void enter(int depth) {
        if (depth > maxDepth + wrappers) {
            throw broken("is nested deeper than " + maxDepth + " levels");
        }
        copy();
    }

    private void string() {
        copy();
        while (peek() != '"') {
            byte b = in[at];
            if (b >= 0 && b < 0x20) {
                throw broken("control characters in a string must be escaped");
            }
            copy();
            if (b == '\\') {
                escape();
            }
        }
        copy();
    }

    private void escape() {
        int kind = peek();
        copy();
        if (kind == 'u') {
            for (int i = 0; i < 4; i++) {
                if (Character.digit(peek(), 16) < 0) {
                    throw broken("four hexadecimal digits must follow \\u");
                }
                copy();
            }
        } else if ("\"\\/bfnrt".indexOf(kind) < 0) {
            throw broken("this escape does not exist in JSON");
        }
    }

    private void number() {
        if (peek() == '-') {
            copy();
        }
        if (at < in.length && in[at] == '0') {
            copy();
        } else {
            digits();
        }
        if (at < in.length && in[at] == '.') {
            copy();
            digits();
        }
        if (at < in.length && (in[at] == 'e' || in[at] == 'E')) {
            copy();
            if (peek() == '+' || peek() == '-') {
                copy();
            }
            digits();
        }
    }

    private void digits() {
        if (!isDigit(peek())) {
            throw broken("is not a JSON value");
        }
        while (at < in.length && isDigit(in[at])) {
            copy();
        }
    }

    private void word(String word) {
        byte[] expected = word.getBytes(StandardCharsets.US_ASCII);
        for (byte b : expected) {
            if (peek() != b) {
                throw broken("is not a JSON value");
            }
            copy();
        }
    }

    private static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }

    private boolean took(char c) {
        if (peek() != c) {
            return false;
        }
        copy();
        return true;
    }

    private void expect(char c, String rule) {
        if (peek() != c) {
            throw broken(rule);
        }
        copy();
    }

    private int peek() {
        if (at >= in.length) {
            throw broken(in.length == 0 ? "must be a JSON value, but is empty" : "ends in the middle of a JSON value");
        }
        return in[at];
    }

    private void copy() {
        out[size++] = in[at++];
    }

    private void skipSpace() {
        while (at < in.length && (in[at] == ' ' || in[at] == '\t' || in[at] == '\n' || in[at] == '\r')) {
            at++;
        }
    }

    private InvalidInput broken(String rule) {
        return fault(rule + " (at byte " + at + ")");
    }

    private InvalidInput fault(String rule) {
        return new InvalidInput(Code.INVALID_JSON, field, rule);
    }
}
