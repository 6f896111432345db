package io.millrace.platform.preset;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A channel's name with places, {@code orders:{name}:{user}}, or a whole family, {@code orders:*}. What fills a place inside
 * a longer name has no colon, so that it can't reach into another part of the name.
 */
public final class ChannelTemplate {
    private static final Pattern PLACE = Pattern.compile("\\{([A-Za-z][A-Za-z0-9]*)}");
    private static final Pattern LITERAL = Pattern.compile("[A-Za-z0-9_.:-]*");
    private static final String FAMILY_END = ":*";

    private final String text;
    private final Set<String> places;

    private ChannelTemplate(String text, Set<String> places) {
        this.text = text;
        this.places = places;
    }

    static ChannelTemplate parse(String text, Set<String> known) {
        Set<String> places = new LinkedHashSet<>();
        Matcher place = PLACE.matcher(text);
        while (place.find()) {
            places.add(place.group(1));
            if (!known.contains(place.group(1))) {
                throw new IllegalArgumentException(
                        "channels: there is no " + place.group() + "; there are " + String.join(", ", known));
            }
        }
        String name = text.endsWith(FAMILY_END) ? text.substring(0, text.length() - FAMILY_END.length()) : text;
        String literals = PLACE.matcher(name).replaceAll("");
        if (name.isEmpty() || !LITERAL.matcher(literals).matches()) {
            throw new IllegalArgumentException(
                    "channels: \"" + text + "\" is no channel's name with {places}, and no family such as orders:*");
        }
        return new ChannelTemplate(text, places);
    }

    /** Whether it stands for a whole family rather than single channels. */
    public boolean isFamily() {
        return text.endsWith(FAMILY_END);
    }

    /** The places it can't be filled without. */
    Set<String> places() {
        return places;
    }

    /**
     * The names it stands for: one, or none where a place has no value, or several where one has.
     *
     * @param values of a place, in their order
     */
    List<String> names(Function<String, List<String>> values) {
        List<String> names = List.of(text);
        for (String place : places) {
            List<String> filled = new ArrayList<>();
            for (String value : values.apply(place)) {
                String checked = text.equals("{" + place + "}") ? value : withoutColon(value);
                if (checked != null) {
                    names.forEach(name -> filled.add(name.replace("{" + place + "}", checked)));
                }
            }
            names = filled;
        }
        return names;
    }

    private static @Nullable String withoutColon(String value) {
        return value.isEmpty() || value.indexOf(':') >= 0 || value.indexOf('{') >= 0 ? null : value;
    }

    @Override
    public String toString() {
        return text;
    }
}
