package io.millrace.platform.preset;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The settings {@code millrace.aliases} and {@code millrace.presets}. */
public final class AliasSettings {
    private AliasSettings() {}

    /** @param millrace the settings under {@code millrace} */
    public static Aliases from(Config millrace) {
        Map<String, Preset> presets = presets(millrace);
        Preset plain = PresetSettings.plain(millrace);
        List<Alias> aliases = new ArrayList<>();
        for (Config entry : millrace.getConfigList("aliases")) {
            SectionSettings own = new SectionSettings("millrace.aliases[" + aliases.size() + "]", entry);
            Alias alias = own.here(() -> alias(own, presets, plain));
            for (int i = 0; i < aliases.size(); i++) {
                if (aliases.get(i).path().isAmbiguousWith(alias.path())) {
                    throw own.wrong(
                            "path", "could be meant for " + aliases.get(i).path() + " too");
                }
            }
            aliases.add(alias);
        }
        return new Aliases(aliases);
    }

    private static Map<String, Preset> presets(Config millrace) {
        Config all = millrace.getConfig("presets");
        Map<String, Preset> presets = new HashMap<>();
        all.root().forEach((name, value) -> {
            if (value.valueType() != ConfigValueType.OBJECT) {
                throw new IllegalArgumentException(
                        "millrace.presets." + name + ": an object such as { heartbeat { interval = 30s } }");
            }
            presets.put(name, PresetSettings.read(name, all.getConfig(ConfigUtil.quoteString(name)), millrace));
        });
        return presets;
    }

    private static Alias alias(SectionSettings own, Map<String, Preset> presets, Preset plain) {
        own.only("path", "door", "channels", "query", "from", "preset");
        PathPattern path = PathPattern.parse(own.text("path"));
        List<String> query = own.list("query");
        Set<String> places = Alias.places(path, query);
        List<ChannelTemplate> channels = own.list("channels").stream()
                .map(text -> ChannelTemplate.parse(text, places))
                .toList();
        Preset preset = own.has("preset") ? presets.get(own.text("preset")) : plain;
        if (preset == null) {
            throw own.wrong(
                    "preset",
                    "there is no preset " + own.text("preset") + "; there are "
                            + String.join(", ", new TreeSet<>(presets.keySet())));
        }
        return new Alias(
                path,
                own.choice("door", Door.values()),
                channels,
                new LinkedHashSet<>(query),
                own.has("from") ? own.text("from") : null,
                preset);
    }
}
