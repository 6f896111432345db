package io.millrace.it;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON object's members as they were written, so that copies are compared byte for byte and not after a parser. */
public final class Members {
    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, String> raw;

    private Members(Map<String, String> raw) {
        this.raw = raw;
    }

    public static Members of(String json) {
        Map<String, String> members = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                members.put(name, slice(parser, json));
            }
        } catch (IOException notJson) {
            throw new UncheckedIOException("not a JSON object: " + json, notJson);
        }
        return new Members(members);
    }

    public static List<String> elements(String json) {
        List<String> elements = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(json)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                elements.add(slice(parser, json));
            }
        } catch (IOException notJson) {
            throw new UncheckedIOException("not a JSON array: " + json, notJson);
        }
        return elements;
    }

    private static String slice(JsonParser parser, String json) throws IOException {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        if (!parser.currentToken().isStructEnd()) {
            parser.finishToken();
        }
        return json.substring(start, (int) parser.currentLocation().getCharOffset());
    }

    public boolean has(String name) {
        return raw.containsKey(name);
    }

    public String raw(String name) {
        String value = raw.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name + " in " + raw);
        }
        return value;
    }

    /** A string member; the strings of the wire that tests ask for have no escapes. */
    public String text(String name) {
        String value = raw(name);
        return value.substring(1, value.length() - 1);
    }

    public long number(String name) {
        return Long.parseLong(raw(name));
    }
}
