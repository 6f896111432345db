package io.millrace.platform.boot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.millrace.platform.access.Grant;
import io.millrace.platform.access.Login;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace.jar drain}: has a running node leave and stop, and shows how far it has come. */
@Command(name = "drain", description = "Have a running node send its clients elsewhere and stop; shows the progress.")
final class DrainCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Option(names = "--admin", description = "The node's admin port. Default: as the configuration says.")
    @Nullable
    URI admin;

    @Option(
            names = "--token",
            description = "An admin's token. Default: one signed with the configuration's HS256 key.")
    @Nullable
    String token;

    @Option(names = "--data", description = "The dev node's folder. Default: ${DEFAULT-VALUE}.")
    Path data = Path.of(DevHome.DEFAULT);

    @Option(names = "--config", description = "The node's configuration instead of a dev folder.")
    @Nullable
    Path config;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Config settings = Settings.load(
                ConfigFactory.empty(),
                config == null ? new DevHome(data).existingAccess() : Settings.file(config),
                System.getenv());
        Node node = new Node(admin == null ? address(settings) : admin, token == null ? mint(settings) : token);
        node.show(node.ask("POST", 202));
        while (true) {
            Thread.sleep(LOOK_AGAIN.toMillis());
            JsonNode progress;
            try {
                progress = node.ask("GET", 200);
            } catch (IOException gone) {
                System.out.println("stopped");
                return 0;
            }
            node.show(progress);
        }
    }

    private static URI address(Config settings) {
        Config http = settings.getConfig("millrace.http");
        return URI.create("http://" + http.getString("admin-host") + ":" + http.getInt("admin-port"));
    }

    private static String mint(Config settings) {
        Login login = new Login(
                "millrace.jar drain",
                null,
                List.of(Grant.parse("*:admin")),
                Clock.systemUTC().instant().plus(Duration.ofMinutes(15)),
                null,
                Map.of());
        return TokenCommand.mint(settings, login, Clock.systemUTC());
    }

    /** The node as its admin port shows it. */
    private record Node(URI admin, String token, HttpClient http) {
        Node(URI admin, String token) {
            this(admin, token, HttpClient.newBuilder().connectTimeout(PATIENCE).build());
        }

        JsonNode ask(String method, int expected) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(admin.resolve("/drain"))
                    .timeout(PATIENCE)
                    .header("Authorization", "Bearer " + token)
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .build();
            HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != expected) {
                throw new SettingsRefused(admin + " answered " + response.statusCode()
                        + "; give the node's admin port with --admin and an admin's token with --token");
            }
            return JSON.readTree(response.body());
        }

        void show(JsonNode progress) {
            System.out.printf(
                    "leaving: %,d of %,d connections still here%n",
                    progress.path("left").asInt(), progress.path("connections").asInt());
        }
    }
}
