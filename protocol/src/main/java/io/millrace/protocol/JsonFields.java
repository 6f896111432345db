package io.millrace.protocol;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An object's members, asked for by name and kind; a member nobody knows is refused by name, so that a typo is heard of. */
final class JsonFields {
    private final Map<String, JsonPart> fields;

    JsonFields(Map<String, JsonPart> fields, Set<String> known) {
        this.fields = fields;
        for (String name : fields.keySet()) {
            if (!known.contains(name)) {
                throw new InvalidInput(
                        Code.INVALID_REQUEST,
                        Texts.shown(name),
                        "is not a known field; known are "
                                + String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    @Nullable
    JsonPart get(String name) {
        return fields.get(name);
    }

    JsonPart required(String name) {
        JsonPart part = fields.get(name);
        if (part == null) {
            throw new InvalidInput(name, "is required");
        }
        return part;
    }

    String requiredText(String name) {
        return textOf(name, required(name));
    }

    @Nullable
    String text(String name) {
        JsonPart part = fields.get(name);
        return part == null ? null : textOf(name, part);
    }

    /** A member that is true, or false, or left out, which is false too. */
    boolean flag(String name) {
        JsonPart part = fields.get(name);
        String json = part == null ? "false" : part.json();
        if (!json.equals("true") && !json.equals("false")) {
            throw new InvalidInput(name, "must be true or false");
        }
        return json.equals("true");
    }

    /** A whole number from 0 to 2^53 - 1. */
    @Nullable
    Long offset(String name) {
        JsonPart part = fields.get(name);
        return part == null ? null : Position.offset(name, part.json());
    }

    private static String textOf(String name, JsonPart part) {
        if (!part.isText()) {
            throw new InvalidInput(name, "must be a JSON string");
        }
        return part.text();
    }
}
