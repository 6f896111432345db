package io.millrace.platform.boot;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace.jar config}: looks at settings. */
@Command(
        name = "config",
        description = "Look at the settings.",
        mixinStandardHelpOptions = true,
        subcommands = ConfigCommand.Print.class)
final class ConfigCommand {

    /** {@code millrace.jar config print}. */
    @Command(name = "print", description = "Print every effective setting and where it comes from; secrets are masked.")
    static final class Print implements Callable<Integer> {
        @Option(names = "--config", description = "A node's configuration. Without: the defaults and the environment.")
        @Nullable
        Path config;

        @Override
        public Integer call() {
            Config file = config == null ? ConfigFactory.empty() : Settings.file(config);
            ConfigPrint.lines(Settings.load(ConfigFactory.empty(), file, System.getenv()))
                    .forEach(System.out::println);
            return 0;
        }
    }
}
