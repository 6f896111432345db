package io.millrace.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A view on one value inside bytes that {@link JsonScanner} has checked and compacted; nothing is copied until asked for. */
final class JsonPart {
    private final byte[] json;
    private final int from;
    private final int to;

    JsonPart(byte[] json, int from, int to) {
        this.json = json;
        this.from = from;
        this.to = to;
    }

    static JsonPart of(byte[] compact) {
        return new JsonPart(compact, 0, compact.length);
    }

    boolean isObject() {
        return json[from] == '{';
    }

    boolean isArray() {
        return json[from] == '[';
    }

    boolean isText() {
        return json[from] == '"';
    }

    boolean isNumber() {
        byte first = json[from];
        return first == '-' || (first >= '0' && first <= '9');
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** The members in their order. */
    Map<String, JsonPart> fields() {
        Map<String, JsonPart> fields = new LinkedHashMap<>();
        for (int at = from + 1; at < to - 1; at++) {
            int nameEnd = end(at);
            int valueEnd = end(nameEnd + 1);
            fields.put(new JsonPart(json, at, nameEnd).text(), new JsonPart(json, nameEnd + 1, valueEnd));
            at = valueEnd;
        }
        return fields;
    }

    List<JsonPart> items() {
        List<JsonPart> items = new ArrayList<>();
        for (int at = from + 1; at < to - 1; at++) {
            int end = end(at);
            items.add(new JsonPart(json, at, end));
            at = end;
        }
        return items;
    }

    /** A string's value, escapes resolved. */
    String text() {
        String written = new String(json, from + 1, to - from - 2, StandardCharsets.UTF_8);
        if (written.indexOf('\\') < 0) {
            return written;
        }
        StringBuilder text = new StringBuilder(written.length());
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            i++;
            switch (written.charAt(i)) {
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'u' -> {
                    text.append((char) Integer.parseInt(written, i + 1, i + 5, 16));
                    i += 4;
                }
                default -> text.append(written.charAt(i));
            }
        }
        return text.toString();
    }

    /** How many objects and arrays the innermost value stands in, itself included. */
    int depth() {
        int depth = 0;
        int deepest = 0;
        for (int at = from; at < to; at++) {
            switch (json[at]) {
                case '"' -> at = stringEnd(at) - 1;
                case '{', '[' -> deepest = Math.max(deepest, ++depth);
                case '}', ']' -> depth--;
                default -> {}
            }
        }
        return deepest;
    }

    byte[] bytes() {
        return Arrays.copyOfRange(json, from, to);
    }

    /** As written. */
    String json() {
        return new String(json, from, to - from, StandardCharsets.UTF_8);
    }

    /** Just past the value that begins at {@code start}. */
    private int end(int start) {
        if (json[start] == '"') {
            return stringEnd(start);
        }
        int depth = 0;
        for (int at = start; at < to; at++) {
            switch (json[at]) {
                case '"' -> at = stringEnd(at) - 1;
                case '{', '[' -> depth++;
                case '}', ']' -> {
                    // The bracket of what the value stands in, or its own.
                    if (depth <= 1) {
                        return depth == 0 ? at : at + 1;
                    }
                    depth--;
                }
                case ',' -> {
                    if (depth == 0) {
                        return at;
                    }
                }
                default -> {}
            }
        }
        return to;
    }

    private int stringEnd(int start) {
        int at = start + 1;
        while (json[at] != '"') {
            at += json[at] == '\\' ? 2 : 1;
        }
        return at + 1;
    }
}
