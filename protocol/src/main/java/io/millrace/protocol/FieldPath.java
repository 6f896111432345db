package io.millrace.protocol;

import java.util.List;

/**
 * A field inside an event's data: a top-level name such as {@code amount}, or names with dots between them, each inside
 * the object before it, such as {@code customer.region}. A name that has a dot itself can't be reached.
 */
public record FieldPath(List<String> names) {
    static final int MAX_BYTES = 255;
    static final int MAX_DEPTH = 8;

    public FieldPath {
        names = List.copyOf(names);
    }

    /** @param parameter what a fault is called by */
    static FieldPath parse(String parameter, String text) {
        List<String> names = List.of(text.split("\\.", -1));
        boolean whole = names.stream().noneMatch(String::isEmpty) && names.size() <= MAX_DEPTH;
        if (!whole || text.length() > MAX_BYTES) {
            throw new InvalidInput(
                    Code.INVALID_PARAMETER,
                    parameter,
                    "a field is a name, or at most " + MAX_DEPTH + " names with dots between them");
        }
        return new FieldPath(names);
    }

    @Override
    public String toString() {
        return String.join(".", names);
    }
}
