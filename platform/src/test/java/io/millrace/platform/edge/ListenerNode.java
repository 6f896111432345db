package io.millrace.platform.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.millrace.persistence.EmbeddedDatabase;
import io.millrace.persistence.Storage;
import io.millrace.persistence.StorageSettings;
import io.millrace.platform.access.Grant;
import io.millrace.platform.access.Login;
import io.millrace.platform.access.TokenMint;
import io.millrace.platform.boot.Node;
import io.millrace.platform.boot.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One node with one public listener, and what every story at its sockets needs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ListenerNode {
    static final String ORIGIN = "https://page.example.com";
    static final int MAX_CONNECTIONS = 40;

    private static final String SECRET = "a secret of tests, as long as it must be, and longer";
    private static final String ISSUER = "tests";
    private static final String SETTINGS =
            """
            millrace {
              http { port = 0, admin-port = 0, admin-login = off, head-timeout = 2s }
              access {
                issuer = "%s"
                allowed-origins = [ "%s" ]
                keys = [ { kid = "k", algorithm = "HS256", secret = "%s" } ]
              }
              drain.spread = 100ms
              limits.per-user = 0 // every client of these stories has the one login
              edge { body-timeout = 2s, max-connections = %d }
            }
            pekko.http.server.idle-timeout = 5s
            """
                    .formatted(ISSUER, ORIGIN, SECRET, MAX_CONNECTIONS);

    final TestListener listener;
    final String token = TokenMint.mint(
            ISSUER,
            "k",
            SECRET.getBytes(StandardCharsets.UTF_8),
            null,
            new Login(
                    "tester",
                    null,
                    List.of(Grant.parse("*:subscribe,publish,history,presence,admin")),
                    Instant.now().plus(Duration.ofHours(1)),
                    "t",
                    Map.of()),
            Clock.systemUTC());
    private final AtomicInteger names = new AtomicInteger();
    private EmbeddedDatabase database;
    private Storage storage;
    TestCertificate certificate;
    HttpClient client;
    Node node;

    ListenerNode(TestListener listener) {
        this.listener = listener;
    }

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        certificate = TestCertificate.make(folder, "node", "EC");
        Config commandLine = ConfigFactory.parseString(SETTINGS).withFallback(listener.settings(certificate));
        Config settings = Settings.load(commandLine, ConfigFactory.empty(), Map.of());
        database = EmbeddedDatabase.start(folder.resolve("postgres"), 0);
        storage = Storage.open(
                StorageSettings.from(settings).at(database.jdbcUrl(), database.user(), database.password()));
        node = Node.start(settings, storage);
        client = HttpClient.newBuilder().sslContext(certificate.trusting()).build();
    }

    @AfterAll
    void stop() {
        node.stop().toCompletableFuture().join();
        storage.close();
        database.close();
    }

    TestSocket open() throws IOException {
        return open(0);
    }

    TestSocket open(int receiveBuffer) throws IOException {
        return listener.isTls()
                ? TestSocket.tls(certificate.trusting(), node.port(), receiveBuffer)
                : new TestSocket(node.port(), receiveBuffer);
    }

    URI uri(String path) {
        return URI.create((listener.isTls() ? "https" : "http") + "://127.0.0.1:" + node.port() + path);
    }

    String fresh() {
        return "wire-" + names.incrementAndGet();
    }

    void begin(TestSocket socket, String channel) throws Exception {
        assertThat(socket.send(get("/v1/channels/" + channel + "/events")).head())
                .startsWith("HTTP/1.1 200 OK");
        assertThat(socket.event()).startsWith("retry: ");
        assertThat(socket.event()).contains("event: connected");
    }

    TestSocket webSocket() throws Exception {
        TestSocket socket = open();
        String head = socket.send(get(
                        "/v1/ws",
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="))
                .head();
        assertThat(head)
                .startsWith("HTTP/1.1 101 Switching Protocols")
                .containsIgnoringCase("Connection: upgrade")
                .contains("Upgrade: websocket")
                .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        return socket;
    }

    String get(String path, String... headers) {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ")
                .append(token)
                .append("\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    static String event(String text) {
        return "{\"type\":\"said\",\"data\":\"" + text + "\"}";
    }

    void publish(String channel, String text) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri("/v1/channels/" + channel + "/events"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(event(text)))
                .build();
        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(201);
    }

    int clients() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.adminPort() + "/stats"))
                .build();
        String stats =
                client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        return Integer.parseInt(stats.replaceFirst("(?s).*\"connectedClients\":(\\d+).*", "$1"));
    }
}
