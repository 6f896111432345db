package io.millrace.protocol;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An event's data as filters and masks look into it. Nothing is read before it is asked for, and every object of the data
 * at most once, however many filters ask. Safe for use by many threads: two that ask at once may both read, and come to
 * the same.
 */
public final class EventData {
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private final JsonData data;
    private @Nullable Value root;

    public EventData(JsonData data) {
        this.data = data;
    }

    /** The value at this place, or null where there is none. */
    @Nullable
    Value at(FieldPath path) {
        Value value = root();
        for (String name : path.names()) {
            value = value == null ? null : value.member(name);
        }
        return value;
    }

    /** The data with null in place of these top-level fields' values; the same data where it has none of them. */
    public JsonData masked(Set<String> fields) {
        byte[] json = data.utf8();
        ByteArrayOutputStream out = new ByteArrayOutputStream(json.length);
        int copied = 0;
        for (Map.Entry<String, Value> member : root().members().entrySet()) {
            JsonPart part = member.getValue().part;
            if (fields.contains(member.getKey())) {
                out.write(json, copied, part.from() - copied);
                out.writeBytes(NULL);
                copied = part.to();
            }
        }
        if (copied == 0) {
            return data;
        }
        out.write(json, copied, json.length - copied);
        return JsonData.trusted(out.toByteArray());
    }

    /** Whether a top-level field is exactly this text, or a number or word written like it. */
    boolean says(String field, String text) {
        Value value = root().member(field);
        return value != null
                && (value.isText()
                        ? value.text().equals(text)
                        : value.isScalar() && value.json().equals(text));
    }

    private Value root() {
        Value known = root;
        if (known == null) {
            known = new Value(JsonPart.of(data.utf8()));
            root = known;
        }
        return known;
    }

    /** One value of the data; remembers what it was read as. */
    static final class Value {
        private final JsonPart part;
        private @Nullable Map<String, Value> members;
        private @Nullable String text;
        private @Nullable JsonNumber number;

        Value(JsonPart part) {
            this.part = part;
        }

        boolean isText() {
            return part.isText();
        }

        boolean isScalar() {
            return !part.isObject() && !part.isArray();
        }

        /** A string's value. */
        String text() {
            String known = text;
            if (known == null) {
                known = part.text();
                text = known;
            }
            return known;
        }

        /** As written; for scalars. */
        String json() {
            return part.json();
        }

        /** The number it is, or null. */
        @Nullable
        JsonNumber number() {
            JsonNumber known = number;
            if (known == null && part.isNumber()) {
                known = JsonNumber.trusted(part.json());
                number = known;
            }
            return known;
        }

        @Nullable
        Value member(String name) {
            return members().get(name);
        }

        private Map<String, Value> members() {
            Map<String, Value> known = members;
            if (known == null) {
                known = part.isObject() ? read() : Map.of();
                members = known;
            }
            return known;
        }

        /** In their order, which masking relies on. */
        private Map<String, Value> read() {
            Map<String, Value> read = new LinkedHashMap<>();
            part.fields().forEach((name, value) -> read.put(name, new Value(value)));
            return read;
        }
    }
}
