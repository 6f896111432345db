package io.millrace.platform.boot;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds all that is wrong with a configuration file in one go. The rooms' own records judge, and each stops at the first
 * thing it doesn't like; so whatever is at fault is put down, taken out of the file, and the room is asked again.
 */
final class ConfigCheck {
    private static final int MOST = 200;

    private final String place;
    private final Map<String, String> environment;
    private final KnownKeys known = KnownKeys.ofReference();
    private final List<ConfigMistake> mistakes = new ArrayList<>();
    private Config file;

    private ConfigCheck(String place, Config file, Map<String, String> environment) {
        this.place = place;
        this.file = file;
        this.environment = environment;
    }

    /** In the order of the file's lines; none where a node would start with it. */
    static List<ConfigMistake> of(Path path, Map<String, String> environment) {
        String place = path.toString();
        Config file;
        try {
            file = ConfigFactory.parseFile(path.toFile()).resolve();
        } catch (ConfigException unreadable) {
            return List.of(new ConfigMistake(place, line(unreadable.origin()), "", without(unreadable)));
        }
        return new ConfigCheck(place, file, environment).mistakes();
    }

    private List<ConfigMistake> mistakes() {
        for (String key : known.unknownIn(file)) {
            mistakes.add(new ConfigMistake(place, lineOf(key), key, known.advice(key)));
            file = without(file, key);
        }
        boolean namesKeys = names("keys") || names("jwks");
        EverySetting.ROOMS.forEach(this::ask);
        if (!namesKeys && mistakes.stream().noneMatch(each -> each.key().startsWith("millrace.access"))) {
            ask(EverySetting::requireLogins);
        }
        mistakes.sort(Comparator.comparingInt(ConfigMistake::line));
        return mistakes;
    }

    private boolean names(String list) {
        return file.hasPath("millrace.access." + list);
    }

    private void ask(Consumer<Config> room) {
        RuntimeException refused = refusal(room, file);
        for (int n = 0; refused != null && n < MOST; n++) {
            Optional<Part> culprit = culprit(room, refused);
            mistakes.add(mistake(refused, culprit.orElse(null)));
            if (culprit.isEmpty()) {
                return; // not of the file: nothing can be taken out, so the room can't be asked for more
            }
            file = culprit.get().takenOutOf(file);
            refused = refusal(room, file);
        }
    }

    private @Nullable RuntimeException refusal(Consumer<Config> room, Config file) {
        try {
            room.accept(Settings.load(ConfigFactory.empty(), file, environment));
            return null;
        } catch (ConfigException | IllegalArgumentException | SettingsRefused wrong) {
            return wrong;
        }
    }

    /** A part of the file without which the room doesn't say this any more: the one it names, rather than another. */
    private Optional<Part> culprit(Consumer<Config> room, RuntimeException refused) {
        String message = String.valueOf(refused.getMessage());
        return parts().sorted(Comparator.comparingInt(part -> -part.isNamedIn(message)))
                .filter(part -> isWithout(room, part.takenOutOf(file), message) || isLikeOthers(room, part, message))
                .findFirst();
    }

    /** Entries of a list that are wrong in the same way hide each other: taken out by itself, none changes the message. */
    private boolean isLikeOthers(Consumer<Config> room, Part part, String message) {
        return part.isOneOfMany(file)
                && isWithout(room, without(file, part.path()), message)
                && !isWithout(room, part.alone(file), message);
    }

    private boolean isWithout(Consumer<Config> room, Config file, String message) {
        RuntimeException refused = refusal(room, file);
        return refused == null || !message.equals(refused.getMessage());
    }

    private Stream<Part> parts() {
        return file.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("millrace."))
                .flatMap(entry -> Part.of(entry.getKey(), entry.getValue()));
    }

    private ConfigMistake mistake(RuntimeException refused, @Nullable Part culprit) {
        String message =
                refused instanceof ConfigException wrong ? without(wrong) : String.valueOf(refused.getMessage());
        if (culprit == null) {
            return new ConfigMistake(message.startsWith("millrace.") ? place : "environment", 0, "", message);
        }
        String before = message.startsWith(culprit.name()) ? culprit.name() : culprit.path();
        String what =
                message.startsWith(before) ? message.substring(before.length()).replaceFirst("^[:. ]+", "") : message;
        ConfigValue usual = known.defaultOf(culprit.path());
        String advice = usual == null || usual instanceof ConfigList ? "" : " (default: " + usual.unwrapped() + ")";
        return new ConfigMistake(place, line(culprit.value().origin()), culprit.name(), what + advice);
    }

    /** Takes a key out, and the groups that are empty without it. */
    private static Config without(Config file, String key) {
        Config left = file.withoutPath(key);
        List<String> parts = ConfigUtil.splitPath(key);
        for (int depth = parts.size() - 1; depth > 2; depth--) {
            String group = ConfigUtil.joinPath(parts.subList(0, depth));
            if (left.hasPath(group) && left.getValue(group) instanceof ConfigObject object && object.isEmpty()) {
                left = left.withoutPath(group);
            }
        }
        return left;
    }

    private int lineOf(String key) {
        return line(file.getValue(key).origin());
    }

    private static int line(@Nullable ConfigOrigin origin) {
        return origin == null ? 0 : Math.max(0, origin.lineNumber());
    }

    /** The library puts the place before what it says; here it is told beside it. */
    private static String without(ConfigException wrong) {
        String message = String.valueOf(wrong.getMessage());
        ConfigOrigin origin = wrong.origin();
        String before = origin == null ? "" : origin.description() + ": ";
        return message.startsWith(before) ? message.substring(before.length()) : message;
    }

    /** What can be taken out of a file: a key, or one entry of a list. */
    private record Part(String path, int index, ConfigValue value) {
        static Stream<Part> of(String path, ConfigValue value) {
            Stream<Part> whole = Stream.of(new Part(path, -1, value));
            if (!(value instanceof ConfigList list) || list.isEmpty()) {
                return whole;
            }
            List<Part> entries = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) {
                entries.add(new Part(path, i, list.get(i)));
            }
            return Stream.concat(entries.stream(), whole);
        }

        String name() {
            return index < 0 ? path : path + "[" + index + "]";
        }

        /** The more of its name a message has, the more; entries of lists go before the list. */
        int isNamedIn(String message) {
            int ofList = index < 0 ? 0 : 1;
            if (index >= 0 && message.contains(name())) {
                return 5;
            }
            String plain = String.join(".", ConfigUtil.splitPath(path));
            String last = path.substring(path.lastIndexOf('.') + 1);
            boolean whole = message.contains(path) || message.contains(plain);
            return whole ? 3 + ofList : message.contains(last) ? 1 + ofList : ofList;
        }

        Config takenOutOf(Config file) {
            if (index < 0) {
                return without(file, path);
            }
            List<ConfigValue> left = new ArrayList<>((ConfigList) file.getValue(path));
            left.remove(index);
            return file.withValue(path, ConfigValueFactory.fromIterable(left));
        }

        boolean isOneOfMany(Config file) {
            return index >= 0 && ((ConfigList) file.getValue(path)).size() > 1;
        }

        /** The file with this entry alone in its list. */
        Config alone(Config file) {
            return file.withValue(path, ConfigValueFactory.fromIterable(List.of(value)));
        }
    }
}
