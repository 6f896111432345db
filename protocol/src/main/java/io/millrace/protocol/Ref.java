package io.millrace.protocol;

import java.nio.charset.StandardCharsets;

/**
 * A client's own mark on a request, given back with the answer as it was written: a JSON string of at most 64 characters or
 * a whole number that every browser reads exactly.
 */
public record Ref(String json) {
    public static final int MAX_LENGTH = 64;

    static Ref of(JsonPart part) {
        if (part.isText()) {
            int length = part.text().length();
            if (length > MAX_LENGTH) {
                throw new InvalidInput("ref", "a string of at most " + MAX_LENGTH + " characters");
            }
        } else if (!isWholeNumber(part.json())) {
            throw new InvalidInput("ref", "a string or a whole number from -(2^53 - 1) to 2^53 - 1");
        }
        return new Ref(part.json());
    }

    private static boolean isWholeNumber(String json) {
        // -0 is left out: a browser gives it back as 0, and a client could wait for it in vain.
        return json.matches("0|-?[1-9][0-9]{0,15}") && Math.abs(Long.parseLong(json)) <= Position.MAX_OFFSET;
    }

    byte[] utf8() {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
