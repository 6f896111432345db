package io.millrace.platform.boot;

import com.typesafe.config.ConfigFactory;
import io.millrace.persistence.Storage;
import io.millrace.persistence.StorageSettings;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace.jar raise-epoch}: after a restore that the product can't notice by itself. */
@Command(
        name = "raise-epoch",
        description = {
            "Begin a new epoch, so that every client is told to start anew.",
            "For a database that was put back as a copy of the files of the same server: any other restore is noticed.",
            "All nodes must be down."
        })
final class EpochCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, description = "A node's configuration, for its database.")
    Path config = Path.of("");

    @Override
    public Integer call() {
        var settings = Settings.load(ConfigFactory.empty(), Settings.file(config), System.getenv());
        System.out.println(
                "epoch " + Storage.raiseEpoch(StorageSettings.from(settings)).value());
        return 0;
    }
}
