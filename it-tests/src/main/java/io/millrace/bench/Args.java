package io.millrace.bench;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What stands behind the sub-command: {@code --name value} or a bare {@code --flag}. Unknown names are refused. */
final class Args {
    private static final String PRESENT = "true";

    private final Map<String, String> values;
    private final Set<String> asked = new HashSet<>();

    private Args(Map<String, String> values) {
        this.values = values;
    }

    static Args parse(List<String> words) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("--")) {
                throw new BenchFailure("expected an option that begins with --, got '" + word + "'");
            }
            boolean bare = i + 1 == words.size() || words.get(i + 1).startsWith("--");
            values.put(word.substring(2), bare ? PRESENT : words.get(++i));
        }
        return new Args(values);
    }

    String text(String name) {
        String value = optional(name);
        if (value == null) {
            throw new BenchFailure("--" + name + " is missing");
        }
        return value;
    }

    String text(String name, String otherwise) {
        String value = optional(name);
        return value == null ? otherwise : value;
    }

    @Nullable
    String optional(String name) {
        asked.add(name);
        return values.get(name);
    }

    boolean flag(String name) {
        return optional(name) != null;
    }

    /** A whole number from min to max, both included: every count and time of a run is bounded here. */
    int number(String name, int otherwise, int min, int max) {
        String value = optional(name);
        if (value == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, in the same words as a number out of range
        }
        throw new BenchFailure("--" + name + " is a whole number from " + min + " to " + max + ", got '" + value + "'");
    }

    /** One of an enum's names, in small letters. */
    <E extends Enum<E>> E choice(String name, E otherwise) {
        String value = optional(name);
        if (value == null) {
            return otherwise;
        }
        for (E constant : otherwise.getDeclaringClass().getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(value)) {
                return constant;
            }
        }
        throw new BenchFailure("--" + name + " can't be '" + value + "'");
    }

    /** Words between blanks; none where the option is left out. */
    List<String> words(String name, String otherwise) {
        String text = text(name, otherwise).strip();
        return text.isEmpty() ? List.of() : List.of(text.split("\\s+", -1));
    }

    Duration seconds(String name, int otherwise, int max) {
        return Duration.ofSeconds(number(name, otherwise, 1, max));
    }

    /** To be called when every option has been asked for: a misspelt one would otherwise change the run in silence. */
    void refuseUnknown() {
        Set<String> unknown = new HashSet<>(values.keySet());
        unknown.removeAll(asked);
        if (!unknown.isEmpty()) {
            throw new BenchFailure("unknown options: --" + String.join(", --", unknown));
        }
    }
}
