package io.millrace.platform.boot;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where settings come from, the first that knows a key wins: environment variables, the command line, the file, the
 * defaults. Every key {@code millrace.a.b-c} is also the variable {@code MILLRACE_A_B_C}. A key nobody knows is refused by
 * name in a file; the environment is shared with others, so there it is left alone.
 */
public final class Settings {
    private static final String ROOT = "millrace";

    /** How the product sets up its actor system; a file may set {@code pekko} keys that go before it. */
    private static final String ACTOR_SYSTEM = "cluster";

    private Settings() {}

    public static Config load(Config commandLine, Config file, Map<String, String> environment) {
        Config defaults = ConfigFactory.defaultReference();
        Config known = defaults.getConfig(ROOT).atPath(ROOT);
        refuseUnknown(file);
        Config settings = fromEnvironment(environment, known)
                .withFallback(commandLine)
                .withFallback(file)
                .withFallback(ConfigFactory.defaultOverrides())
                .withFallback(ConfigFactory.parseResourcesAnySyntax(ACTOR_SYSTEM))
                .withFallback(defaults);
        return settings.resolve();
    }

    static Config file(Path path) {
        if (!Files.isReadable(path)) {
            throw new SettingsRefused("--config " + path + ": there is no such file, or it can't be read");
        }
        try {
            return ConfigFactory.parseFile(path.toFile()).resolve();
        } catch (ConfigException wrong) {
            throw new SettingsRefused("--config: " + wrong.getMessage());
        }
    }

    private static void refuseUnknown(Config file) {
        KnownKeys known = KnownKeys.ofReference();
        List<String> unknown = known.unknownIn(file);
        if (!unknown.isEmpty()) {
            throw new SettingsRefused(unknown.stream()
                    .map(key -> key + ": " + known.advice(key))
                    .collect(Collectors.joining("\n          ")));
        }
    }

    private static Config fromEnvironment(Map<String, String> environment, Config known) {
        Map<String, String> byVariable = new HashMap<>();
        known.entrySet().forEach(entry -> byVariable.put(variable(entry.getKey()), entry.getKey()));
        Config settings = ConfigFactory.empty();
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            String key = byVariable.get(variable.getKey());
            if (key != null) {
                settings = settings.withValue(key, value(key, variable.getValue(), known));
            }
        }
        return settings;
    }

    /** A list is written as HOCON in its variable, everything else as it is. */
    private static ConfigValue value(String key, String text, Config known) {
        boolean list = known.getValue(key).valueType() == ConfigValueType.LIST;
        return list
                ? ConfigFactory.parseString(
                                "v = " + text, ConfigParseOptions.defaults().setOriginDescription("environment"))
                        .getValue("v")
                : ConfigValueFactory.fromAnyRef(text, "environment");
    }

    static String variable(String key) {
        return key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
