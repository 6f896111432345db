package io.millrace.protocol;

import java.security.SecureRandom;
import java.util.regex.Pattern;

/**
 * Names one life of the journal: eight characters of {@code a-z 2-7}, drawn at random when a database is first used and
 * again when it has been wiped or restored. Offsets of different epochs must never be compared: where offsets 1..3 were
 * lost and 1..4 written anew, a client at 3 would miss three events in silence.
 */
public record Epoch(String value) {
    public static final int LENGTH = 8;
    static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final Pattern LEGAL = Pattern.compile("[a-z2-7]{" + LENGTH + "}");

    public Epoch {
        if (!LEGAL.matcher(value).matches()) {
            throw new InvalidInput("epoch", "an epoch is " + LENGTH + " characters of a-z 2-7");
        }
    }

    public static Epoch random(SecureRandom random) {
        StringBuilder text = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new Epoch(text.toString());
    }

    @Override
    public String toString() {
        return value;
    }
}
