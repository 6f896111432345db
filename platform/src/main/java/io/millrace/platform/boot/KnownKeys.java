package io.millrace.platform.boot;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Every key there is, as the defaults list them; a family knows the keys of the family defaults and retention. */
final class KnownKeys {
    private static final String FAMILIES = "families";
    private static final String FAMILY_DEFAULTS = "millrace.family-defaults.";
    private static final String RETENTION = "millrace.channel.retention.";

    /** Below it a preset's own settings say what they know. */
    private static final String PRESETS = "presets";

    /** Below these the names are the operator's own. */
    private static final List<String> OPEN_MAPS = List.of("claims");

    private final Map<String, ConfigValue> defaults = new TreeMap<>();

    private KnownKeys(Config reference) {
        reference
                .getConfig("millrace")
                .entrySet()
                .forEach(entry -> defaults.put("millrace." + entry.getKey(), entry.getValue()));
        defaults.keySet().removeIf(key -> key.startsWith("millrace." + FAMILIES + "."));
    }

    static KnownKeys ofReference() {
        return new KnownKeys(ConfigFactory.defaultReference());
    }

    boolean knows(String key) {
        return defaults.containsKey(asDefault(key)) || isOpen(key) || isAbove(asDefault(key));
    }

    /** What the key is where nobody sets it. */
    @Nullable
    ConfigValue defaultOf(String key) {
        return defaults.get(asDefault(key));
    }

    /** The key that was probably meant, if there is one close enough. */
    Optional<String> nearest(String unknown) {
        String wanted = asDefault(unknown);
        String best = null;
        int bestDistance = Integer.MAX_VALUE;
        for (String key : defaults.keySet()) {
            String as = wanted.equals(unknown) ? key : key.replace(RETENTION, FAMILY_DEFAULTS + "retention.");
            int distance = Math.min(distance(as, wanted), sameEnd(key, wanted) ? 3 : Integer.MAX_VALUE);
            if (distance < bestDistance) {
                best = key;
                bestDistance = distance;
            }
        }
        return best != null && bestDistance <= Math.max(2, lastPart(wanted).length() / 3)
                ? Optional.of(inPlaceOf(unknown, best))
                : Optional.empty();
    }

    /** A family's key as that of the defaults which it stands for. */
    private static String asDefault(String key) {
        List<String> parts = parts(key);
        if (parts.size() < 4 || !parts.get(1).equals(FAMILIES)) {
            return key;
        }
        String rest = ConfigUtil.joinPath(parts.subList(3, parts.size()));
        return parts.get(3).equals("retention") ? "millrace.channel." + rest : FAMILY_DEFAULTS + rest;
    }

    private static String inPlaceOf(String unknown, String found) {
        List<String> parts = parts(unknown);
        if (parts.size() < 4 || !parts.get(1).equals(FAMILIES)) {
            return found;
        }
        String family = ConfigUtil.joinPath(parts.subList(0, 3));
        if (found.startsWith(FAMILY_DEFAULTS)) {
            return family + "." + found.substring(FAMILY_DEFAULTS.length());
        }
        return found.startsWith(RETENTION) ? family + ".retention." + found.substring(RETENTION.length()) : found;
    }

    private boolean isOpen(String key) {
        List<String> parts = parts(asDefault(key));
        return parts.size() == 4 && parts.get(1).equals("family-defaults") && OPEN_MAPS.contains(parts.get(2))
                || parts(key).size() <= 3 && parts(key).get(1).equals(FAMILIES)
                || parts(key).size() >= 3 && parts(key).get(1).equals(PRESETS);
    }

    /** A plain value where a group of settings belongs: its type is wrong, not its name. */
    private boolean isAbove(String key) {
        return defaults.keySet().stream().anyMatch(known -> known.startsWith(key + "."));
    }

    private static boolean sameEnd(String key, String wanted) {
        return lastPart(key).equals(lastPart(wanted)) && !lastPart(key).matches("port|host|url|user");
    }

    private static String lastPart(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    private static List<String> parts(String key) {
        return ConfigUtil.splitPath(key);
    }

    /** Levenshtein's: how many letters to change, leave out or put in. */
    private static int distance(String one, String other) {
        int[] above = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[other.length() + 1];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int changed = above[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[other.length()];
    }

    /** The keys under {@code millrace} that a configuration sets and nobody knows. */
    List<String> unknownIn(Config file) {
        TreeSet<String> unknown = new TreeSet<>();
        file.entrySet().stream()
                .map(Map.Entry::getKey)
                .filter(key -> key.startsWith("millrace.") && !knows(key))
                .forEach(unknown::add);
        return new ArrayList<>(unknown);
    }

    /** What to tell about one of them. */
    String advice(String unknown) {
        return nearest(unknown)
                .map(key -> "unknown; did you mean " + key + "?")
                .orElse("unknown; see the comments in reference.conf for those that exist");
    }
}
