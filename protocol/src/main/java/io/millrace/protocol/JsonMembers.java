package io.millrace.protocol;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON objects as maps and back, for who works with data without caring for its shape: values stay as written, to the
 * byte. Only for data that {@link JsonInput} has checked.
 */
public final class JsonMembers {
    public static final JsonData NULL = JsonData.trusted(new byte[] {'n', 'u', 'l', 'l'});

    private JsonMembers() {}

    public static boolean isNull(JsonData data) {
        return data.utf8()[0] == 'n';
    }

    /** The members in their order; null where the value is no object. */
    public static @Nullable Map<String, JsonData> of(JsonData data) {
        JsonPart part = JsonPart.of(data.utf8());
        if (!part.isObject()) {
            return null;
        }
        Map<String, JsonData> members = new LinkedHashMap<>();
        part.fields().forEach((name, value) -> members.put(name, JsonData.trusted(value.bytes())));
        return members;
    }

    /** A string's value, escapes resolved; null where the value is no string. */
    public static @Nullable String text(JsonData data) {
        JsonPart part = JsonPart.of(data.utf8());
        return part.isText() ? part.text() : null;
    }

    /** A text as a JSON string. */
    public static JsonData quoted(String text) {
        return JsonData.trusted(JsonObjectWriter.quoted(text).getBytes(StandardCharsets.UTF_8));
    }

    public static JsonData object(Map<String, JsonData> members) {
        JsonObjectWriter json = new JsonObjectWriter();
        members.forEach((name, value) -> json.member(name, value.utf8()));
        return JsonData.trusted(json.bytes());
    }
}
