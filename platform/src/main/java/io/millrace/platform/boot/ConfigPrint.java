package io.millrace.platform.boot;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Every effective setting as a line of HOCON, with where it comes from behind it. Secrets are masked. */
final class ConfigPrint {
    private static final Set<String> SECRET = Set.of("secret", "password");
    private static final Pattern IN_A_URL = Pattern.compile("(password=)[^&\\s\"]*|(//[^/@:\\s\"]*:)[^@/\\s\"]*(?=@)");
    private static final String MASK = "***";

    private ConfigPrint() {}

    static List<String> lines(Config settings) {
        Map<String, ConfigValue> sorted = new TreeMap<>();
        settings.getConfig("millrace")
                .entrySet()
                .forEach(entry -> sorted.put("millrace." + entry.getKey(), entry.getValue()));
        List<String> lines = new ArrayList<>();
        sorted.forEach((key, value) -> {
            String last = key.substring(key.lastIndexOf('.') + 1);
            String shown = masked(last, value).render(ConfigRenderOptions.concise());
            lines.add(key + " = " + shown + " # " + from(key, value.origin()));
        });
        return lines;
    }

    private static ConfigValue masked(String name, ConfigValue value) {
        boolean empty = value.unwrapped() instanceof String text && text.isEmpty();
        if (SECRET.contains(name)) {
            return empty ? value : ConfigValueFactory.fromAnyRef(MASK);
        }
        if (value instanceof ConfigObject object) {
            Map<String, ConfigValue> shown = new HashMap<>();
            object.forEach((key, inside) -> shown.put(key, masked(key, inside)));
            return ConfigValueFactory.fromMap(shown);
        }
        if (value instanceof ConfigList list) {
            return ConfigValueFactory.fromIterable(
                    list.stream().map(inside -> masked(name, inside)).toList());
        }
        if (value.valueType() == ConfigValueType.STRING) {
            String text = (String) value.unwrapped();
            return ConfigValueFactory.fromAnyRef(IN_A_URL.matcher(text).replaceAll("$1$2" + MASK));
        }
        return value;
    }

    private static String from(String key, ConfigOrigin origin) {
        String description = origin.description();
        if (description.startsWith("reference.conf")) {
            return "default";
        }
        if (description.startsWith("environment")) {
            return "environment " + Settings.variable(key);
        }
        String file = origin.filename();
        return file == null ? description : origin.lineNumber() > 0 ? file + ":" + origin.lineNumber() : file;
    }
}
