package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that go without a word are forgotten: their process killed, or alive but silent. */
class VanishedClientTest {
    private static final int CONNECTIONS = 20;
    private static final int PONG_TIMEOUT = 4102;

    @TempDir
    static Path folder;

    private static Product product;

    @BeforeAll
    static void start() {
        product = Product.dev(
                "vanished",
                folder,
                Map.of(
                        "MILLRACE_CONNECTION_WEBSOCKET_PING", "1s",
                        "MILLRACE_CONNECTION_PONG_TIMEOUT", "500ms"));
    }

    @AfterAll
    static void stop() {
        if (product != null) {
            product.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"sse,sse", "ws,websocket"})
    void aKilledClientsConnectionsAreForgotten(String transport, String figure) throws Exception {
        Process client = bystander(transport);
        try {
            assertThat(client.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("listening");
            assertThat(open(figure)).isEqualTo(CONNECTIONS);
        } finally {
            client.destroyForcibly();
        }
        long begin = System.nanoTime();
        Awaitility.await().atMost(45, TimeUnit.SECONDS).until(() -> open(figure) == 0);
        System.out.printf(
                "VanishedClientTest: %d %s connections forgotten %d ms after their process was killed%n",
                CONNECTIONS, figure, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
    }

    @Test
    void aWebSocketThatNeverAnswersPingsIsClosed() throws IOException {
        try (WsClient silent = WsClient.open(product.door(), false)) {
            silent.subscribe("vanish", "");
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (!silent.ended() && System.nanoTime() < deadline) {
                silent.read(1_024, deadline);
            }
            assertThat(silent.closeCode()).isEqualTo(PONG_TIMEOUT);
        }
        Awaitility.await().atMost(10, TimeUnit.SECONDS).until(() -> open("websocket") == 0);
    }

    @Test
    void aWebSocketThatAnswersPingsStays() throws IOException {
        try (WsClient client = WsClient.open(product.door())) {
            client.subscribe("vanish", "");
            long threePings = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(3_500);
            while (!client.ended() && System.nanoTime() < threePings) {
                client.read(1_024, threePings);
            }
            assertThat(client.ended()).isFalse();
        }
        Awaitility.await().atMost(10, TimeUnit.SECONDS).until(() -> open("websocket") == 0);
    }

    private static Process bystander(String transport) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Bystander.class.getName(),
                        Integer.toString(product.door().port()),
                        product.door().token(),
                        transport,
                        Integer.toString(CONNECTIONS))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static long open(String transport) throws IOException {
        return Members.of(Members.of(Calls.admin(product, "/stats")).raw(transport))
                .number("totalConnections");
    }
}
