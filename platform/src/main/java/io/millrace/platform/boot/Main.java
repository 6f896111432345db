package io.millrace.platform.boot;

import com.typesafe.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code java -jar millrace.jar COMMAND}. */
@Command(
        name = "millrace.jar",
        description = "Live events from services to browsers, in order, never lost in silence.",
        mixinStandardHelpOptions = true,
        subcommands = {
            DevCommand.class,
            NodeCommand.class,
            TokenCommand.class,
            DrainCommand.class,
            EpochCommand.class,
            ConfigCommand.class,
            CheckConfigCommand.class
        })
public final class Main {
    private static final int USAGE = 2;

    private Main() {}

    public static void main(String[] args) {
        CommandLine commands = new CommandLine(new Main());
        commands.setExecutionExceptionHandler((failure, command, parsed) -> {
            boolean theirs = failure instanceof SettingsRefused
                    || failure instanceof IllegalArgumentException
                    || failure instanceof ConfigException;
            if (theirs) {
                System.err.println("millrace: " + failure.getMessage());
                return USAGE;
            }
            failure.printStackTrace();
            return 1;
        });
        if (args.length == 0) {
            commands.usage(System.out);
            System.exit(USAGE);
        }
        System.exit(commands.execute(args));
    }
}
