package io.millrace.platform.preset;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.JsonTemplate;
import io.millrace.protocol.SaidTemplates;
import io.millrace.protocol.TopicScope;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One group of settings; whatever is wrong in it is told by its whole key. */
final class SectionSettings {
    private final String key;
    private final Config settings;

    SectionSettings(String key, Config settings) {
        this.key = key;
        this.settings = settings;
    }

    void only(String... known) {
        for (String name : settings.root().keySet()) {
            if (!List.of(known).contains(name)) {
                throw wrong(name, "unknown; there are " + String.join(", ", known));
            }
        }
    }

    boolean has(String name) {
        return settings.root().containsKey(name);
    }

    /** The group of this name; an empty one where there is none. */
    SectionSettings group(String name) {
        return new SectionSettings(
                key + "." + name, has(name) ? read(name, "an object", settings::getConfig) : ConfigFactory.empty());
    }

    /** Its members by their names, {@code null} ones included. */
    Map<String, ConfigValue> members() {
        Map<String, ConfigValue> members = new LinkedHashMap<>();
        new TreeSet<>(settings.root().keySet())
                .forEach(name -> members.put(name, settings.root().get(name)));
        return members;
    }

    Map<String, String> texts() {
        Map<String, String> texts = new HashMap<>();
        members().keySet().forEach(name -> texts.put(name, text(name)));
        return texts;
    }

    String text(String name) {
        return read(name, "a text", settings::getString);
    }

    String text(String name, String otherwise) {
        return has(name) ? text(name) : otherwise;
    }

    List<String> list(String name) {
        return has(name) ? read(name, "a list of texts", settings::getStringList) : List.of();
    }

    <T> T read(String name, String rule, Function<String, T> reader) {
        try {
            return reader.apply(ConfigUtil.quoteString(name));
        } catch (ConfigException wrong) {
            throw wrong(name, rule + " (" + wrong.getMessage() + ")");
        }
    }

    Config config() {
        return settings;
    }

    <E extends Enum<E>> E choice(String name, E[] values) {
        return choice(name, text(name), values);
    }

    <E extends Enum<E>> Set<E> choices(String name, E[] values) {
        Set<E> chosen = new HashSet<>();
        list(name).forEach(text -> chosen.add(choice(name, text, values)));
        return chosen;
    }

    <E extends Enum<E>> E choice(String name, String text, E[] values) {
        List<String> known = Arrays.stream(values).map(SectionSettings::spelled).toList();
        int at = known.indexOf(text);
        if (at < 0) {
            throw wrong(name, "one of " + String.join(", ", known) + ", not " + text);
        }
        return values[at];
    }

    private static String spelled(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A JSON template of what stands there, whatever that is; null where nothing does. */
    @Nullable
    JsonTemplate template(String name) {
        ConfigValue value = settings.root().get(name);
        return value == null || value.valueType() == ConfigValueType.NULL ? null : template(value);
    }

    private static JsonTemplate template(ConfigValue value) {
        return JsonTemplate.parse(value.render(ConfigRenderOptions.concise()));
    }

    Map<String, JsonTemplate> templates() {
        Map<String, JsonTemplate> templates = new HashMap<>();
        members().forEach((name, value) -> templates.put(name, template(value)));
        return templates;
    }

    /** Templates of what the server says, by its types; {@code null} says nothing. */
    SaidTemplates said(@Nullable TopicScope scope, Set<String> types) {
        Map<String, JsonTemplate> templates = new HashMap<>();
        Set<String> silent = new HashSet<>();
        members().forEach((name, value) -> {
            if (types.contains(name) && value.valueType() == ConfigValueType.NULL) {
                silent.add(name);
            } else if (types.contains(name)) {
                templates.put(name, template(value));
            }
        });
        return here(() -> new SaidTemplates(scope, templates, silent));
    }

    /** What a record refuses is told by the key's last part; here the rest goes before it. */
    <T> T here(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException | InvalidInput wrong) {
            String message = String.valueOf(wrong.getMessage());
            throw message.startsWith("millrace.") ? wrong : new IllegalArgumentException(key + "." + message, wrong);
        }
    }

    IllegalArgumentException wrong(String name, String rule) {
        return new IllegalArgumentException(key + "." + name + ": " + rule);
    }
}
