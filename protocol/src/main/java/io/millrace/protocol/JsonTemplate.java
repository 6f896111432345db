package io.millrace.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value with places to fill in. A string that is one place, {@code "{data}"}, becomes the value itself, whatever it
 * is; in a longer string, {@code "{topic}:entity:{entity}"}, places take the texts of strings and numbers. What has a place
 * without a value is left out: a member of its object, an item of its list, and at the top the whole.
 */
public final class JsonTemplate {
    private static final Pattern PLACE = Pattern.compile("\\{([A-Za-z][A-Za-z0-9_.-]*)}");
    private static final int MAX_DEPTH = 16;

    private final Node root;
    private final Set<String> places;

    private JsonTemplate(Node root, Set<String> places) {
        this.root = root;
        this.places = Set.copyOf(places);
    }

    /** @throws InvalidInput where the text is no JSON */
    public static JsonTemplate parse(String json) {
        byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
        Set<String> places = new HashSet<>();
        return new JsonTemplate(node(JsonPart.of(JsonScanner.compact("template", utf8, MAX_DEPTH, 0)), places), places);
    }

    /** The places it has, in whatever order. */
    public Set<String> places() {
        return places;
    }

    /**
     * Fills it in.
     *
     * @param values a place's name to its value as JSON, or null where there is none
     * @return the UTF-8 of the whole, or null where the whole is left out
     */
    public byte @Nullable [] fill(Function<String, @Nullable String> values) {
        String filled = root.fill(values);
        return filled == null ? null : filled.getBytes(StandardCharsets.UTF_8);
    }

    private static Node node(JsonPart part, Set<String> places) {
        if (part.isObject()) {
            Map<String, Node> members = new LinkedHashMap<>();
            part.fields().forEach((name, value) -> members.put(JsonObjectWriter.quoted(name), node(value, places)));
            return new Members(members);
        }
        if (part.isArray()) {
            return new Items(
                    part.items().stream().map(item -> node(item, places)).toList());
        }
        return part.isText() ? text(part.text(), places) : values -> part.json();
    }

    private static Node text(String text, Set<String> places) {
        Matcher place = PLACE.matcher(text);
        if (place.matches()) {
            String name = place.group(1);
            places.add(name);
            return values -> values.apply(name);
        }
        List<Function<Function<String, @Nullable String>, @Nullable String>> pieces = new ArrayList<>();
        place.reset();
        int end = 0;
        while (place.find()) {
            String before = text.substring(end, place.start());
            String name = place.group(1);
            places.add(name);
            pieces.add(values -> before);
            pieces.add(values -> scalar(values.apply(name)));
            end = place.end();
        }
        String rest = text.substring(end);
        pieces.add(values -> rest);
        return new Pieces(pieces);
    }

    /** A string's text or a number as it is written; nothing where it is anything else. */
    private static @Nullable String scalar(@Nullable String json) {
        if (json == null) {
            return null;
        }
        JsonPart part = JsonPart.of(json.getBytes(StandardCharsets.UTF_8));
        if (part.isText()) {
            return part.text();
        }
        return part.isNumber() ? json : null;
    }

    private interface Node {
        @Nullable
        String fill(Function<String, @Nullable String> values);
    }

    private record Members(Map<String, Node> members) implements Node {
        @Override
        public String fill(Function<String, @Nullable String> values) {
            StringBuilder json = new StringBuilder("{");
            members.forEach((name, node) -> {
                String filled = node.fill(values);
                if (filled != null) {
                    json.append(json.length() > 1 ? "," : "")
                            .append(name)
                            .append(':')
                            .append(filled);
                }
            });
            return json.append('}').toString();
        }
    }

    private record Items(List<Node> items) implements Node {
        @Override
        public String fill(Function<String, @Nullable String> values) {
            StringBuilder json = new StringBuilder("[");
            for (Node item : items) {
                String filled = item.fill(values);
                if (filled != null) {
                    json.append(json.length() > 1 ? "," : "").append(filled);
                }
            }
            return json.append(']').toString();
        }
    }

    private record Pieces(List<Function<Function<String, @Nullable String>, @Nullable String>> pieces) implements Node {
        @Override
        public @Nullable String fill(Function<String, @Nullable String> values) {
            StringBuilder text = new StringBuilder();
            for (var piece : pieces) {
                String filled = piece.apply(values);
                if (filled == null) {
                    return null;
                }
                text.append(filled);
            }
            return JsonObjectWriter.quoted(text.toString());
        }
    }
}
