package io.millrace.platform.preset;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A path with places for whole segments, {@code /api/stream/{name}}. */
public final class PathPattern {
    private static final Pattern LITERAL = Pattern.compile("[A-Za-z0-9_~-][A-Za-z0-9._~-]*");
    private static final Pattern PLACE = Pattern.compile("\\{[A-Za-z][A-Za-z0-9]*}");
    private static final int MAX_SEGMENTS = 16;

    /** The product's own paths begin with it. */
    private static final String OWN = "v1";

    private final String text;
    private final List<String> segments;

    private PathPattern(String text, List<String> segments) {
        this.text = text;
        this.segments = segments;
    }

    static PathPattern parse(String text) {
        List<String> segments =
                List.of(text.substring(Math.min(1, text.length())).split("/", -1));
        require(text.startsWith("/"), "must begin with a slash");
        require(segments.size() <= MAX_SEGMENTS, "has more than " + MAX_SEGMENTS + " segments");
        for (String segment : segments) {
            require(
                    LITERAL.matcher(segment).matches() || PLACE.matcher(segment).matches(),
                    "a segment is letters, digits, . _ ~ - or one {place}; \"" + segment + "\" is neither");
        }
        require(!segments.get(0).equals(OWN), "/" + OWN + " is the product's own");
        require(!isPlace(segments.get(0)), "must not begin with a place, or it would stand for /" + OWN + " too");
        PathPattern pattern = new PathPattern(text, segments);
        require(
                pattern.places().size()
                        == segments.stream().filter(PathPattern::isPlace).count(),
                "has a place twice");
        return pattern;
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("path: " + rule);
        }
    }

    private static boolean isPlace(String segment) {
        return segment.startsWith("{");
    }

    private static String name(String place) {
        return place.substring(1, place.length() - 1);
    }

    Set<String> places() {
        Set<String> places = new LinkedHashSet<>();
        segments.stream().filter(PathPattern::isPlace).map(PathPattern::name).forEach(places::add);
        return places;
    }

    /** What stands in its places, or null where the path is another. */
    @Nullable
    Map<String, String> match(List<String> path) {
        if (path.size() != segments.size()) {
            return null;
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < path.size(); i++) {
            String segment = segments.get(i);
            if (isPlace(segment) && !path.get(i).isEmpty()) {
                values.put(name(segment), path.get(i));
            } else if (!segment.equals(path.get(i))) {
                return null;
            }
        }
        return values;
    }

    /** Whether every path of this one is one of the other's too, and not the other way round. */
    boolean isNarrowerThan(PathPattern other) {
        return isWithin(other) && !other.isWithin(this);
    }

    private boolean isWithin(PathPattern other) {
        if (segments.size() != other.segments.size()) {
            return false;
        }
        for (int i = 0; i < segments.size(); i++) {
            String theirs = other.segments.get(i);
            if (!isPlace(theirs) && !theirs.equals(segments.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a path could be meant for both, and nothing says for which. */
    boolean isAmbiguousWith(PathPattern other) {
        if (segments.size() != other.segments.size() || isNarrowerThan(other) || other.isNarrowerThan(this)) {
            return false;
        }
        for (int i = 0; i < segments.size(); i++) {
            String mine = segments.get(i);
            String theirs = other.segments.get(i);
            if (!isPlace(mine) && !isPlace(theirs) && !mine.equals(theirs)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return text;
    }
}
