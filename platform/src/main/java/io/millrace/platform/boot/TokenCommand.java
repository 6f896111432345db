package io.millrace.platform.boot;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.millrace.platform.access.Grant;
import io.millrace.platform.access.Login;
import io.millrace.platform.access.TokenMint;
import io.millrace.protocol.InvalidInput;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace.jar token}: prints a token signed with the dev folder's secret, or with an HS256 key of a configuration. */
@Command(
        name = "token",
        description = "Print a token for a dev node's data folder, or for a configuration with an HS256 key.")
final class TokenCommand implements Callable<Integer> {
    @Option(names = "--sub", required = true, description = "Whom the token is for: the user id.")
    String subject = "";

    @Option(names = "--entity", description = "The entity (company, tenant) the user belongs to.")
    @Nullable
    String entity;

    @Option(
            names = "--grant",
            paramLabel = "PATTERN:ACT,...",
            description =
                    "What it may: a channel, or a prefix with a star, and of subscribe, publish, history, presence,"
                            + " admin. Again for more. A leading ! forbids.")
    List<String> grants = new ArrayList<>();

    @Option(
            names = "--claim",
            paramLabel = "NAME=VALUE",
            description = "What else is known of the user, such as role=trader, for families that ask for it.")
    Map<String, String> claims = new LinkedHashMap<>();

    @Option(names = "--expires", description = "How long it holds, such as 90s, 12h, 30d. Default: ${DEFAULT-VALUE}.")
    String expires = "30d";

    @Option(names = "--data", description = "The dev node's folder. Default: ${DEFAULT-VALUE}.")
    Path data = Path.of(DevHome.DEFAULT);

    @Option(names = "--config", description = "A node's configuration instead of a dev folder.")
    @Nullable
    Path config;

    @Override
    public Integer call() {
        Config settings = config == null
                ? new DevHome(data).existingAccess()
                : Settings.load(ConfigFactory.empty(), Settings.file(config), System.getenv());
        System.out.println(mint(settings, login(), Clock.systemUTC()));
        return 0;
    }

    private Login login() {
        try {
            Duration lifetime =
                    ConfigFactory.parseMap(Map.of("expires", expires)).getDuration("expires");
            return new Login(
                    subject,
                    entity,
                    grants.stream().map(Grant::parse).toList(),
                    Clock.systemUTC().instant().plus(lifetime),
                    UUID.randomUUID().toString(),
                    claims);
        } catch (InvalidInput | ConfigException | IllegalArgumentException wrong) {
            throw new SettingsRefused(String.valueOf(wrong.getMessage()));
        }
    }

    /** Signs with the first HS256 key of the settings. */
    static String mint(Config settings, Login login, Clock clock) {
        Config access = settings.getConfig("millrace.access");
        for (Config key : access.getConfigList("keys")) {
            if (key.getString("algorithm").equals("HS256")) {
                String issuer = key.hasPath("issuer") ? key.getString("issuer") : access.getString("issuer");
                String audience = access.hasPath("audience") ? access.getString("audience") : null;
                byte[] secret = key.getString("secret").getBytes(StandardCharsets.UTF_8);
                return TokenMint.mint(issuer, key.getString("kid"), secret, audience, login, clock);
            }
        }
        throw new SettingsRefused(
                "millrace.access.keys: no HS256 key to sign with; tokens of other keys come from" + " their issuer");
    }
}
