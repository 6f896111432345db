package io.millrace.platform.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import io.millrace.protocol.WsDecoder;
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
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Both wires, byte by byte: to a client they must be the same. */
class WireTest {
    private static final byte[] SECRET =
            "a secret of tests, as long as it must be, and longer".getBytes(StandardCharsets.UTF_8);
    private static final String ISSUER = "tests";
    private static final String ORIGIN = "https://page.example.com";

    @Nested
    class Lean extends Wire {
        Lean() {
            super(HttpWire.LEAN);
        }
    }

    @Nested
    class Pekko extends Wire {
        Pekko() {
            super(HttpWire.PEKKO);
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    abstract static class Wire {
        private final HttpWire wire;
        private final AtomicInteger names = new AtomicInteger();
        private final HttpClient client = HttpClient.newHttpClient();
        private final String token = TokenMint.mint(
                ISSUER,
                "k",
                SECRET,
                null,
                new Login(
                        "tester",
                        null,
                        List.of(Grant.parse("*:subscribe,publish,history,presence,admin")),
                        Instant.now().plus(Duration.ofHours(1)),
                        "t",
                        Map.of()),
                Clock.systemUTC());
        private EmbeddedDatabase database;
        private Storage storage;
        private Node node;

        Wire(HttpWire wire) {
            this.wire = wire;
        }

        @BeforeAll
        void start(@TempDir Path folder) {
            Config commandLine = ConfigFactory.parseMap(Map.of(
                    "millrace.http.port",
                    0,
                    "millrace.http.admin-port",
                    0,
                    "millrace.http.admin-login",
                    false,
                    "millrace.http.wire",
                    wire.name().toLowerCase(Locale.ROOT),
                    "millrace.access.issuer",
                    ISSUER,
                    "millrace.access.allowed-origins",
                    List.of(ORIGIN),
                    "millrace.access.keys",
                    List.of(Map.of(
                            "kid", "k", "algorithm", "HS256", "secret", new String(SECRET, StandardCharsets.UTF_8))),
                    "millrace.drain.spread",
                    "100ms",
                    "pekko.http.server.idle-timeout",
                    "3s"));
            Config settings = Settings.load(commandLine, ConfigFactory.empty(), Map.of());
            database = EmbeddedDatabase.start(folder, 0);
            storage = Storage.open(
                    StorageSettings.from(settings).at(database.jdbcUrl(), database.user(), database.password()));
            node = Node.start(settings, storage);
        }

        @AfterAll
        void stop() {
            node.stop().toCompletableFuture().join();
            storage.close();
            database.close();
        }

        @Test
        void requestsOnOneSocketAreAnsweredAndThenItStreams() throws Exception {
            String channel = fresh();
            try (TestSocket socket = open()) {
                assertThat(socket.send(get("/v1/stats")).response()).startsWith("HTTP/1.1 200 OK\r\n");
                assertThat(socket.send(get("/v1/nowhere")).response()).startsWith("HTTP/1.1 404 Not Found\r\n");
                assertThat(socket.send(get("/v1/stats")).response()).contains("connectedClients");
                begin(socket, channel);
                publish(channel, "one");
                assertThat(socket.event()).contains("\"one\"");
                publish(channel, "two");
                assertThat(socket.event()).contains("\"two\"");
            }
        }

        @Test
        void anEventStreamsHeadIsAsItMustBe() throws Exception {
            try (TestSocket socket = open()) {
                String head = socket.send(get("/v1/channels/" + fresh() + "/events", "Origin: " + ORIGIN))
                        .head();
                assertThat(head.lines().map(line -> line.startsWith("Date:") ? "Date" : line))
                        .containsExactlyInAnyOrder(
                                "HTTP/1.1 200 OK",
                                "Cache-Control: no-cache, no-transform",
                                "X-Accel-Buffering: no",
                                "Access-Control-Allow-Origin: " + ORIGIN,
                                "Access-Control-Allow-Credentials: true",
                                "Access-Control-Expose-Headers: Retry-After",
                                "Vary: Origin",
                                "Date",
                                "Connection: close",
                                "Content-Type: text/event-stream",
                                "");
            }
        }

        @Test
        void pipelinedRequestsAreAnsweredInTheirOrderAndIgnoredBehindAStream() throws Exception {
            String channel = fresh();
            try (TestSocket socket = open()) {
                socket.send(get("/v1/stats")
                        + get("/v1/channels/" + channel + "/history")
                        + get("/v1/channels/" + channel + "/events")
                        + get("/v1/channels/" + channel + "/events")
                        + get("/v1/stats"));
                assertThat(socket.response()).contains("connectedClients");
                assertThat(socket.response()).startsWith("HTTP/1.1 200 OK").doesNotContain("event-stream");
                assertThat(socket.head()).contains("text/event-stream");
                assertThat(socket.event()).startsWith("retry: ");
                assertThat(socket.event()).contains("event: connected");
                publish(channel, "one");
                assertThat(socket.event()).contains("\"one\"").doesNotContain("HTTP/1.1");
            }
            await().until(() -> clients() == 0);
        }

        @Test
        void whatIsSentBehindAnEventStreamIsIgnored() throws Exception {
            String channel = fresh();
            try (TestSocket socket = open()) {
                begin(socket, channel);
                byte[] noise = new byte[1 << 20];
                if (wire == HttpWire.LEAN) {
                    socket.send(noise); // the ordinary wire leaves it in the kernel, and the client waiting
                } else {
                    socket.send("noise");
                }
                publish(channel, "one");
                assertThat(socket.event()).contains("\"one\"");
            }
        }

        @Test
        void aPublishAsksForItsBody() throws Exception {
            String channel = fresh();
            String body = event("late");
            try (TestSocket socket = open()) {
                socket.send(
                        "POST /v1/channels/" + channel + "/events HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + token
                                + "\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: "
                                + body.length() + "\r\n\r\n");
                assertThat(socket.head()).startsWith("HTTP/1.1 100 Continue");
                assertThat(socket.send(body).response()).startsWith("HTTP/1.1 201 Created");
            }
        }

        @Test
        void errorsAreProblems() throws Exception {
            try (TestSocket socket = open()) {
                assertThat(socket.send("GET /v1/channels/a/events HTTP/1.1\r\nHost: h\r\n\r\n")
                                .response())
                        .startsWith("HTTP/1.1 401 Unauthorized")
                        .contains("application/problem+json");
                assertThat(socket.send(get("/v1/channels/a%20b/events")).response())
                        .startsWith("HTTP/1.1 400 Bad Request")
                        .contains("application/problem+json");
                assertThat(socket.send(get("/v1/ws")).response()).startsWith("HTTP/1.1 400 Bad Request");
                assertThat(socket.send(get("/v1/channels/a/events", "Origin: https://evil.example.com"))
                                .response())
                        .startsWith("HTTP/1.1 403 Forbidden")
                        .doesNotContain("Access-Control-Allow-Origin");
            }
        }

        @Test
        void aHeadRequestAndAnUnknownMethodAreRefused() throws Exception {
            try (TestSocket socket = open()) {
                String head = socket.send(get("/v1/channels/a/events").replaceFirst("GET", "HEAD"))
                        .head();
                assertThat(head).startsWith("HTTP/1.1 405 Method Not Allowed").contains("Allow: GET, POST");
                assertThat(socket.send(get("/v1/ws").replaceFirst("GET", "DELETE"))
                                .response())
                        .startsWith("HTTP/1.1 405");
            }
        }

        @Test
        void aPageMayAskFirst() throws Exception {
            try (TestSocket socket = open()) {
                String answer = socket.send("OPTIONS /v1/events HTTP/1.1\r\nHost: h\r\nOrigin: " + ORIGIN + "\r\n\r\n")
                        .head();
                assertThat(answer)
                        .startsWith("HTTP/1.1 204 No Content")
                        .contains("Access-Control-Allow-Origin: " + ORIGIN)
                        .contains("Access-Control-Allow-Methods");
            }
        }

        @Test
        void whatIsNotHttpIsAnsweredAndCutOff() throws Exception {
            try (TestSocket socket = open()) {
                assertThat(socket.send("\u0016\u0003\u0001 nonsense\r\n\r\n").rest())
                        .startsWith("HTTP/1.1 400 Bad Request");
            }
        }

        @Test
        void anOldClientIsAnsweredAndClosed() throws Exception {
            try (TestSocket socket = open()) {
                assertThat(socket.send(get("/v1/stats").replace("HTTP/1.1", "HTTP/1.0"))
                                .rest())
                        .contains("200 OK")
                        .contains("connectedClients");
            }
        }

        @Test
        void anIdleSocketIsClosed() throws Exception {
            try (TestSocket silent = open();
                    TestSocket between = open()) {
                between.send(get("/v1/stats")).response();
                assertThat(silent.rest()).doesNotContain("HTTP");
                assertThat(between.rest()).doesNotContain("HTTP");
            }
        }

        @Test
        void aHalfClosedRequestIsAnswered() throws Exception {
            Assumptions.assumeTrue(wire == HttpWire.LEAN, "the ordinary wire may drop it");
            try (TestSocket socket = open()) {
                socket.send(get("/v1/stats"));
                socket.socket().shutdownOutput();
                assertThat(socket.rest()).contains("connectedClients");
            }
        }

        @Test
        void aClientThatGoesIsNoticedAtOnce() throws Exception {
            Assumptions.assumeTrue(wire == HttpWire.LEAN, "the ordinary wire notices at its next write");
            await().until(() -> clients() == 0);
            TestSocket closes = open();
            begin(closes, fresh());
            TestSocket resets = open();
            begin(resets, fresh());
            TestSocket halfCloses = open();
            begin(halfCloses, fresh());
            TestSocket speaks = webSocket();
            speaks.text();
            assertThat(clients()).isEqualTo(4);
            closes.close();
            resets.socket().setSoLinger(true, 0);
            resets.close();
            halfCloses.socket().shutdownOutput();
            speaks.close();
            await().atMost(Duration.ofSeconds(1)).until(() -> clients() == 0);
            assertThat(halfCloses.rest()).isEmpty();
            halfCloses.close();
        }

        @Test
        void aClientThatReadsLateGetsEverything() throws Exception {
            String channel = fresh();
            String filler = "x".repeat(50_000);
            int events = 200;
            try (TestSocket socket = new TestSocket(node.port(), 8192)) {
                begin(socket, channel);
                for (int i = 0; i < events; i++) {
                    publish(channel, i + filler);
                }
                for (int i = 0; i < events; i++) {
                    assertThat(socket.event()).contains("\"" + i + "x");
                }
            }
        }

        @Test
        void aWebSocketConverses() throws Exception {
            String channel = fresh();
            try (TestSocket socket = webSocket()) {
                assertThat(socket.text()).contains("\"connected\"");
                socket.send(TestSocket.text("{\"type\":\"subscribe\",\"ref\":\"s\",\"channel\":\"" + channel + "\"}"));
                assertThat(socket.text()).contains("\"subscribed\"");
                publish(channel, "one");
                assertThat(socket.text()).contains("\"one\"");
                byte[] ping = TestSocket.frame(9, new byte[] {1, 2});
                socket.send(new byte[] {ping[0]});
                socket.send(java.util.Arrays.copyOfRange(ping, 1, ping.length));
                assertThat(socket.input())
                        .isInstanceOfSatisfying(WsDecoder.Pong.class, pong -> assertThat(pong.payload())
                                .containsExactly(1, 2));
                socket.send(TestSocket.frame(8, new byte[] {0x03, (byte) 0xe8}));
                assertThat(socket.input())
                        .isInstanceOfSatisfying(WsDecoder.Close.class, close -> assertThat(close.code())
                                .isEqualTo(1000));
                assertThat(socket.rest()).isEmpty();
            }
        }

        @Test
        void aWebSocketClientThatSpeaksAtOnceIsHeardInFull() throws Exception {
            String pings = IntStream.range(0, 20)
                    .mapToObj(i -> "{\"type\":\"ping\",\"ref\":\"p" + i + "\"}")
                    .reduce("", (all, one) -> all + new String(TestSocket.text(one), StandardCharsets.ISO_8859_1));
            for (int round = 0; round < 20; round++) {
                try (TestSocket socket = webSocket()) {
                    socket.send(pings.getBytes(StandardCharsets.ISO_8859_1));
                    assertThat(socket.text()).contains("\"connected\"");
                    for (int i = 0; i < 20; i++) {
                        assertThat(socket.text()).contains("\"pong\"").contains("\"p" + i + "\"");
                    }
                }
            }
        }

        @Test
        void aBrokenFrameIsAnsweredWithItsCode() throws Exception {
            try (TestSocket socket = webSocket()) {
                socket.text();
                socket.send(new byte[] {(byte) 0x81, 0x02, 'h', 'i'});
                assertThat(socket.text()).contains("\"problem\"");
                assertThat(socket.input())
                        .isInstanceOfSatisfying(WsDecoder.Close.class, close -> assertThat(close.code())
                                .isEqualTo(1002));
                assertThat(socket.rest()).isEmpty();
            }
        }

        @Test
        @Order(Integer.MAX_VALUE)
        void aNodeThatLeavesHasALastWordForEverybody() throws Exception {
            try (TestSocket stream = open();
                    TestSocket socket = webSocket();
                    TestSocket idle = open()) {
                begin(stream, fresh());
                socket.text();
                idle.send(get("/v1/stats")).response();
                node.stop().toCompletableFuture().join();
                assertThat(stream.event()).startsWith("retry: ");
                assertThat(stream.event()).contains("event: reconnect");
                assertThat(stream.rest()).isEmpty();
                assertThat(socket.text()).contains("\"reconnect\"");
                assertThat(socket.input()).isInstanceOf(WsDecoder.Close.class);
                assertThat(socket.rest()).isEmpty();
                assertThat(idle.rest()).doesNotContain("HTTP");
            }
        }

        private TestSocket open() throws Exception {
            return new TestSocket(node.port());
        }

        private String fresh() {
            return "wire-" + names.incrementAndGet();
        }

        private void begin(TestSocket socket, String channel) throws Exception {
            assertThat(socket.send(get("/v1/channels/" + channel + "/events")).head())
                    .startsWith("HTTP/1.1 200 OK");
            assertThat(socket.event()).startsWith("retry: ");
            assertThat(socket.event()).contains("event: connected");
        }

        private TestSocket webSocket() throws Exception {
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

        private String get(String path, String... headers) {
            StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ")
                    .append(token)
                    .append("\r\n");
            for (String header : headers) {
                request.append(header).append("\r\n");
            }
            return request.append("\r\n").toString();
        }

        private static String event(String text) {
            return "{\"type\":\"said\",\"data\":\"" + text + "\"}";
        }

        private void publish(String channel, String text) throws Exception {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + node.port() + "/v1/channels/" + channel + "/events"))
                    .header("Authorization", "Bearer " + token)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(event(text)))
                    .build();
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(201);
        }

        private int clients() throws Exception {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.adminPort() + "/stats"))
                    .build();
            String stats =
                    client.send(request, HttpResponse.BodyHandlers.ofString()).body();
            return Integer.parseInt(stats.replaceFirst("(?s).*\"connectedClients\":(\\d+).*", "$1"));
        }
    }
}
