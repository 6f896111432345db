package io.millrace.platform.boot;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.millrace.persistence.StorageSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A dev node's folder: its database, and a file with the random secret that its tokens are signed with. */
record DevHome(Path folder) {
    static final String DEFAULT = ".millrace";
    static final String ISSUER = "millrace-dev";
    static final String KEY_ID = "dev";
    private static final String SECRETS = "dev.conf";
    private static final String RUNNING = "running.conf";
    private static final int SECRET_BYTES = 48;

    Path database() {
        return folder.resolve("postgres");
    }

    /** The access settings of this folder, made at the first start. */
    Config access() {
        Path file = folder.resolve(SECRETS);
        try {
            if (!Files.exists(file)) {
                Files.createDirectories(folder);
                writeSecrets(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder + " can't be written", e);
        }
        return ConfigFactory.parseFile(file.toFile());
    }

    /** @throws SettingsRefused where no dev node was ever started with this folder */
    Config existingAccess() {
        if (!Files.exists(folder.resolve(SECRETS))) {
            throw new SettingsRefused("--data " + folder + ": no dev node has been started with this folder");
        }
        return access();
    }

    /** What a node that joins must know of the one that runs on this folder: its database, and where it can be reached. */
    Config running() {
        Path file = folder.resolve(RUNNING);
        if (!Files.exists(file)) {
            throw new SettingsRefused("--join: no dev node has been started with --data " + folder);
        }
        return ConfigFactory.parseFile(file.toFile());
    }

    void isRunning(StorageSettings storage, String seedNode) {
        Config running = ConfigFactory.parseMap(Map.of(
                "millrace.storage.url", storage.url(),
                "millrace.storage.user", storage.user(),
                "millrace.storage.password", storage.password(),
                "millrace.cluster.seed-nodes", List.of(seedNode)));
        try {
            writePrivately(folder.resolve(RUNNING), running.root().render());
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder + " can't be written", e);
        }
    }

    private static void writeSecrets(Path file) throws IOException {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        String text =
                """
                # Made by `millrace.jar dev` at its first start here. For this folder's dev node only.
                millrace.access {
                  issuer = "%s"
                  keys = [ { kid = "%s", algorithm = "HS256", secret = "%s" } ]
                  query-token = on
                }
                """
                        .formatted(ISSUER, KEY_ID, Base64.getEncoder().encodeToString(secret));
        writePrivately(file, text);
    }

    private static void writePrivately(Path file, String text) throws IOException {
        Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), "dev", ".new");
        if (Files.getFileStore(fresh).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        }
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
