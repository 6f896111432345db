package io.millrace.platform.family;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueType;
import io.millrace.platform.family.Family.Hearing;
import io.millrace.platform.family.Family.Kind;
import io.millrace.platform.family.Family.Mask;
import io.millrace.platform.family.Family.Privacy;
import io.millrace.platform.family.Family.Publishing;
import io.millrace.platform.family.Family.Rate;
import io.millrace.platform.family.Family.Retention;
import io.millrace.platform.family.Family.SlowClient;
import io.millrace.platform.family.Family.Who;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/** Reads one family's settings; whatever is wrong with one is told by its whole key. */
final class FamilySettings {
    private static final Map<String, Set<String>> GROUPS = Map.of(
            "retention", Set.of("max-events", "max-age"),
            "rate", Set.of("events", "per", "burst"),
            "publisher-rate", Set.of("events", "per", "burst"));

    private final String key;
    private final Config settings;

    private FamilySettings(String key, Config settings) {
        this.key = key;
        this.settings = settings;
    }

    /** What every family promises that says nothing itself. */
    static Family defaults(Config defaults) {
        FamilySettings kept = new FamilySettings("millrace.channel", defaults);
        kept.naming(kept.key, kept::retention); // where they are wrong, that is the key to tell
        return new FamilySettings("millrace.family-defaults", defaults).family("");
    }

    /** @param key where its own settings stand */
    static Family read(String name, String key, Config own, Config defaults) {
        FamilySettings settings = new FamilySettings(key, own.withFallback(defaults));
        settings.refuseUnknown("", own, new TreeSet<>(defaults.root().keySet()));
        GROUPS.forEach((group, known) -> {
            if (own.hasPath(group)) {
                Config inside = settings.read(group, "an object", own::getConfig);
                settings.refuseUnknown(group + ".", inside, new TreeSet<>(known));
            }
        });
        return settings.family(name);
    }

    private void refuseUnknown(String prefix, Config own, TreeSet<String> known) {
        for (String name : own.root().keySet()) {
            Family.require(
                    known.contains(name), key + "." + prefix + name, "unknown; there are " + String.join(", ", known));
        }
    }

    private Family family(String name) {
        return naming(
                key,
                () -> new Family(
                        name,
                        choice("class", Kind.values()),
                        retention(),
                        publishing(),
                        hearing(),
                        privacy(),
                        read("behaviour", "a name", settings::getString)));
    }

    private Retention retention() {
        String events = "retention.max-events";
        String age = "retention.max-age";
        return new Retention(
                read(events, "a whole number", settings::getLong),
                read(age, "a time such as 7d", settings::getDuration));
    }

    private Publishing publishing() {
        long bytes = read("event-bytes", "a size such as 64 KiB", settings::getBytes);
        Family.require(bytes <= Integer.MAX_VALUE, "event-bytes", "less than 2 GiB");
        return new Publishing(choice("publish", Who.values()), (int) bytes, rate("rate"), rate("publisher-rate"));
    }

    private Rate rate(String group) {
        return naming(
                key + "." + group,
                () -> new Rate(
                        read(group + ".events", "a whole number", settings::getLong),
                        read(group + ".per", "a time such as 1s", settings::getDuration),
                        read(group + ".burst", "a whole number", settings::getLong)));
    }

    private Hearing hearing() {
        return new Hearing(
                choice("subscribe", Who.values()),
                choice("slow-client", SlowClient.values()),
                read("batch-interval", "a time such as 100ms", settings::getDuration),
                flag("wildcard"),
                flag("filters"),
                flag("presence"));
    }

    private Privacy privacy() {
        Map<String, String> claims = new HashMap<>();
        String rule = "{ <field of the data> = <name of a claim> }";
        read("claims", rule, settings::getObject).forEach((field, claim) -> {
            Family.require(claim.valueType() == ConfigValueType.STRING, "claims." + field, "the name of a claim");
            claims.put(field, (String) claim.unwrapped());
        });
        return new Privacy(claims, read("mask", "a list of objects", this::masks));
    }

    private List<Mask> masks(String name) {
        return settings.getConfigList(name).stream()
                .map(mask -> {
                    refuseUnknown(name + ".", mask, new TreeSet<>(Set.of("field", "claim", "values")));
                    return new Mask(mask.getString("field"), mask.getString("claim"), mask.getStringList("values"));
                })
                .toList();
    }

    private boolean flag(String name) {
        return read(name, "on or off", settings::getBoolean);
    }

    private <E extends Enum<E>> E choice(String name, E[] values) {
        String text = read(name, "a word", settings::getString);
        for (E value : values) {
            if (spelled(value).equals(text)) {
                return value;
            }
        }
        String known = String.join(
                ", ", Arrays.stream(values).map(FamilySettings::spelled).toList());
        throw new IllegalArgumentException(key + "." + name + ": one of " + known + ", not " + text);
    }

    private static String spelled(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What a record's constructor refuses is told by the key's last part; here the rest goes before it. */
    private <T> T naming(String prefix, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException wrong) {
            String message = String.valueOf(wrong.getMessage());
            throw message.startsWith(key + ".") ? wrong : new IllegalArgumentException(prefix + "." + message);
        }
    }

    private <T> T read(String name, String rule, Function<String, T> reader) {
        try {
            return reader.apply(name);
        } catch (ConfigException wrong) {
            throw new IllegalArgumentException(key + "." + name + ": " + rule + " (" + wrong.getMessage() + ")");
        }
    }
}
