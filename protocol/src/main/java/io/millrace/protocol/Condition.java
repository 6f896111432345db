package io.millrace.protocol;

import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a filter asks of one field. A field that isn't there, or is of another kind, fulfils nothing. */
sealed interface Condition {
    FieldPath field();

    boolean holds(EventData.Value value);

    /** As an operator reads it. */
    String words();

    /** A number at least this great. */
    record Min(FieldPath field, JsonNumber bound) implements Condition {
        @Override
        public String words() {
            return field + " at least " + bound;
        }

        @Override
        public boolean holds(EventData.Value value) {
            JsonNumber number = value.number();
            return number != null && number.compareTo(bound) >= 0;
        }
    }

    /** A number at most this great. */
    record Max(FieldPath field, JsonNumber bound) implements Condition {
        @Override
        public String words() {
            return field + " at most " + bound;
        }

        @Override
        public boolean holds(EventData.Value value) {
            JsonNumber number = value.number();
            return number != null && number.compareTo(bound) <= 0;
        }
    }

    /**
     * Exactly this value.
     *
     * @param text the string, where a string will do
     * @param number the number, where one will do
     * @param word {@code true}, {@code false} or {@code null}, where that will do
     */
    record Equal(FieldPath field, @Nullable String text, @Nullable JsonNumber number, @Nullable String word)
            implements Condition {

        static Equal text(FieldPath field, String text) {
            return new Equal(field, text, null, null);
        }

        /** A number, true, false or null as JSON has it. */
        static Equal literal(FieldPath field, String json) {
            JsonNumber number = JsonNumber.parse(json);
            return new Equal(field, null, number, number == null ? json : null);
        }

        /** A query has no kinds: there {@code 3} means the string and the number. */
        static Equal untyped(FieldPath field, String text) {
            JsonNumber number = JsonNumber.parse(text);
            boolean word = text.equals("true") || text.equals("false") || text.equals("null");
            return new Equal(field, text, number, word ? text : null);
        }

        @Override
        public String words() {
            return Stream.of(number == null ? null : number.toString(), word, text == null ? null : "\"" + text + "\"")
                    .filter(Objects::nonNull)
                    .collect(Collectors.joining(" or ", field + " is ", ""));
        }

        @Override
        public boolean holds(EventData.Value value) {
            if (value.isText()) {
                return text != null && value.text().equals(text);
            }
            JsonNumber found = value.number();
            return found != null
                    ? number != null && found.compareTo(number) == 0
                    : word != null && value.isScalar() && value.json().equals(word);
        }
    }

    /** A string that begins with this. */
    record Prefix(FieldPath field, String prefix) implements Condition {
        @Override
        public String words() {
            return field + " begins with \"" + prefix + "\"";
        }

        @Override
        public boolean holds(EventData.Value value) {
            return value.isText() && value.text().startsWith(prefix);
        }
    }
}
