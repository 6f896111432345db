package io.millrace.platform.ingest;

import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.JsonData;
import io.millrace.protocol.JsonMembers;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A name with fields of a notification in it: {@code strategy:{id}} is {@code strategy:7} where the payload's id is 7. */
record Template(String text) {
    private static final Pattern FIELD = Pattern.compile("\\{([^{}]+)}");

    Template {
        if (FIELD.matcher(text).replaceAll("x").matches(".*[{}].*")) {
            throw new InvalidInput("channel", "a field stands as {name} in it");
        }
    }

    /** The name with something in each field's place, to see whether it can be one at all. */
    String sample() {
        return FIELD.matcher(text).replaceAll("x");
    }

    /** @throws InvalidInput where a field isn't there, or is no text, number or word */
    String fill(Map<String, JsonData> fields) {
        StringBuilder filled = new StringBuilder();
        Matcher field = FIELD.matcher(text);
        while (field.find()) {
            field.appendReplacement(filled, Matcher.quoteReplacement(scalar(fields, field.group(1))));
        }
        return field.appendTail(filled).toString();
    }

    /** A field's value as text. */
    static String scalar(Map<String, JsonData> fields, String name) {
        JsonData value = fields.get(name);
        if (value == null || value.utf8()[0] == '{' || value.utf8()[0] == '[' || JsonMembers.isNull(value)) {
            throw new InvalidInput(name, "the payload has no such field with a text, a number or a word");
        }
        String text = JsonMembers.text(value);
        return text != null ? text : value.toString();
    }
}
