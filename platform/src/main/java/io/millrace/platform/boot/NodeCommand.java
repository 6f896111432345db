package io.millrace.platform.boot;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.millrace.persistence.Storage;
import io.millrace.persistence.StorageSettings;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace.jar node}: a node of a production cluster, on a database of its own. */
@Command(name = "node", description = "Run a node with a configuration file, on an external PostgreSQL.")
final class NodeCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, description = "The node's configuration (HOCON).")
    Path config = Path.of("");

    @Override
    public Integer call() {
        Config settings = Settings.load(ConfigFactory.empty(), Settings.file(config), System.getenv());
        EverySetting.requireLogins(settings);
        Storage storage = Storage.open(StorageSettings.from(settings));
        Lifetime lifetime = new Lifetime();
        lifetime.closesLast(storage);
        Node node = lifetime.runs(() -> Node.start(settings, storage));
        System.out.println("ready " + String.join(" ", node.addresses()));
        return lifetime.untilStopped(node);
    }
}
