package io.millrace.platform.boot;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace.jar check-config}: tells everything that is wrong with a configuration, by file, line and key. */
@Command(
        name = "check-config",
        description = "Tell all that is wrong with a configuration, by line and key; exit code 1 where something is.")
final class CheckConfigCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, description = "The configuration to look at (HOCON).")
    Path config = Path.of("");

    @Override
    public Integer call() {
        if (!Files.isReadable(config)) {
            throw new SettingsRefused("--config " + config + ": there is no such file, or it can't be read");
        }
        List<ConfigMistake> mistakes = ConfigCheck.of(config, System.getenv());
        mistakes.forEach(System.out::println);
        System.out.println(
                mistakes.isEmpty()
                        ? config + ": nothing is wrong with it"
                        : config + ": " + mistakes.size() + (mistakes.size() == 1 ? " mistake" : " mistakes"));
        return mistakes.isEmpty() ? 0 : 1;
    }
}
