package io.millrace.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@link Filter} from a query ({@code types=a,b&min.amount=10}) or from a message
 * ({@code {"types":["a"],"min":{"amount":10}}}); {@code minAmount} is another way to write {@code min.amount} in both.
 */
final class FilterInput {
    private static final int MOST = 100;
    private static final int MAX_TEXT = 255;
    /** Begins a query's text, since a message's begins with a brace. */
    private static final String QUERY = "?";

    private static final List<String> LISTS = List.of("types", "sources");

    private final List<String> types = new ArrayList<>();
    private final Set<String> sources = new LinkedHashSet<>();
    private final List<Condition> conditions = new ArrayList<>();

    private FilterInput() {}

    static boolean isParameter(String name) {
        return LISTS.contains(name) || Kind.of(name) != null;
    }

    static Filter query(Map<String, List<String>> parameters) {
        FilterInput in = new FilterInput();
        parameters.forEach((name, values) -> {
            Kind kind = Kind.of(name);
            if (LISTS.contains(name)) {
                values.forEach(list -> List.of(list.split(",", -1)).forEach(item -> in.item(name, name, item)));
            } else if (kind != null) {
                values.forEach(value -> in.condition(name, kind, kind.field(name), value));
            }
        });
        return in.filter(QUERY + encoded(parameters));
    }

    private static String encoded(Map<String, List<String>> parameters) {
        StringJoiner query = new StringJoiner("&");
        parameters.forEach((name, values) -> {
            if (isParameter(name)) {
                values.forEach(
                        value -> query.add(URLEncoder.encode(name, UTF_8) + "=" + URLEncoder.encode(value, UTF_8)));
            }
        });
        return query.toString();
    }

    /** What {@link Filter#written} gave. */
    static Filter written(String text) {
        if (text.isEmpty()) {
            return Filter.NONE;
        }
        if (!text.startsWith(QUERY)) {
            return json("filters", JsonPart.of(text.getBytes(UTF_8)));
        }
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (String pair : text.substring(QUERY.length()).split("&")) {
            String[] parts = pair.split("=", 2);
            parameters
                    .computeIfAbsent(URLDecoder.decode(parts[0], UTF_8), first -> new ArrayList<>())
                    .add(URLDecoder.decode(parts[1], UTF_8));
        }
        return query(parameters);
    }

    /** @param part the value of a message's field {@code path} */
    static Filter json(String path, JsonPart part) {
        FilterInput in = new FilterInput();
        if (!part.isObject()) {
            throw bad(path, "must be an object such as {\"types\":[\"a\"],\"min\":{\"amount\":10}}");
        }
        part.fields().forEach((name, value) -> in.member(path + "." + Texts.shown(name), name, value));
        return in.filter(part.json());
    }

    private void member(String path, String name, JsonPart value) {
        Kind named = Kind.ofMember(name);
        Kind joined = Kind.ofShort(name);
        if (LISTS.contains(name)) {
            if (!value.isArray()) {
                throw bad(path, "must be an array of strings");
            }
            value.items().forEach(item -> item(path, name, text(path, item)));
        } else if (named != null) {
            if (!value.isObject()) {
                throw bad(path, "must be an object of fields");
            }
            value.fields().forEach((field, bound) -> bound(path + "." + Texts.shown(field), named, field, bound));
        } else if (joined != null) {
            bound(path, joined, joined.field(name), value);
        } else {
            throw bad(path, "is not known; known are types, sources, min, max, equals and prefix");
        }
    }

    private void bound(String path, Kind kind, String field, JsonPart value) {
        if (kind == Kind.EQUAL && !value.isText()) {
            if (value.isObject() || value.isArray() || value.json().length() > MAX_TEXT) {
                throw bad(path, "must be a string, a short number, true, false or null");
            }
            add(path, Condition.Equal.literal(FieldPath.parse(path, field), value.json()));
        } else if (kind == Kind.EQUAL) {
            add(path, Condition.Equal.text(FieldPath.parse(path, field), bounded(path, value.text())));
        } else if (kind.numeric && !value.isNumber()) {
            throw bad(path, "must be a number");
        } else {
            condition(path, kind, field, kind.numeric ? value.json() : text(path, value));
        }
    }

    private void condition(String path, Kind kind, String name, String value) {
        FieldPath field = FieldPath.parse(path, name);
        String wanted = bounded(path, value);
        add(
                path,
                switch (kind) {
                    case MIN -> new Condition.Min(field, number(path, wanted));
                    case MAX -> new Condition.Max(field, number(path, wanted));
                    case EQUAL -> Condition.Equal.untyped(field, wanted);
                    case PREFIX -> new Condition.Prefix(field, wanted);
                });
    }

    private static String bounded(String path, String value) {
        if (value.length() > MAX_TEXT) {
            throw bad(path, "at most " + MAX_TEXT + " characters");
        }
        return value;
    }

    private void item(String path, String list, String item) {
        int star = item.indexOf('*');
        if (item.isEmpty() || item.length() > MAX_TEXT) {
            throw bad(path, "each 1 to " + MAX_TEXT + " characters");
        }
        if (list.equals("types")) {
            if (star >= 0 && star < item.length() - 1) {
                throw bad(path, "a star stands only at the end of a type");
            }
            types.add(item);
        } else {
            sources.add(item);
        }
        if (types.size() > MOST || sources.size() > MOST) {
            throw bad(path, "at most " + MOST);
        }
    }

    private void add(String path, Condition condition) {
        conditions.add(condition);
        if (conditions.size() > MOST) {
            throw bad(path, "at most " + MOST + " conditions");
        }
    }

    private Filter filter(String written) {
        return types.isEmpty() && sources.isEmpty() && conditions.isEmpty()
                ? Filter.NONE
                : new Filter(types, sources, conditions, written);
    }

    private static JsonNumber number(String path, String text) {
        JsonNumber number = JsonNumber.parse(text);
        if (number == null) {
            throw bad(path, "must be a number of at most " + JsonNumber.MAX_EXACT + " characters");
        }
        return number;
    }

    private static String text(String path, JsonPart part) {
        if (!part.isText()) {
            throw bad(path, "must be a string");
        }
        return part.text();
    }

    private static InvalidInput bad(String path, String rule) {
        return new InvalidInput(Code.INVALID_PARAMETER, path, rule);
    }

    /** The kinds of conditions and their names. */
    private enum Kind {
        MIN("min", "min", true),
        MAX("max", "max", true),
        EQUAL("eq", "equals", false),
        PREFIX("prefix", "prefix", false);

        private final String parameter;
        private final String member;
        private final boolean numeric;

        Kind(String parameter, String member, boolean numeric) {
            this.parameter = parameter;
            this.member = member;
            this.numeric = numeric;
        }

        static @Nullable Kind of(String parameterName) {
            for (Kind kind : values()) {
                if (parameterName.startsWith(kind.parameter + ".")) {
                    return kind;
                }
            }
            return ofShort(parameterName);
        }

        static @Nullable Kind ofMember(String name) {
            for (Kind kind : values()) {
                if (name.equals(kind.member)) {
                    return kind;
                }
            }
            return null;
        }

        /** {@code minAmount}. */
        static @Nullable Kind ofShort(String name) {
            for (Kind kind : List.of(MIN, MAX)) {
                int length = kind.parameter.length();
                if (name.length() > length
                        && name.startsWith(kind.parameter)
                        && name.charAt(length) >= 'A'
                        && name.charAt(length) <= 'Z') {
                    return kind;
                }
            }
            return null;
        }

        /** The field that a parameter names: {@code amount} for {@code min.amount} and {@code minAmount}. */
        String field(String name) {
            String rest = name.substring(parameter.length());
            return rest.startsWith(".") ? rest.substring(1) : Character.toLowerCase(rest.charAt(0)) + rest.substring(1);
        }
    }
}
