package io.millrace.platform.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The TLS listener by HTTP/2: what a browser does there, and what nobody should. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class Http2Test extends ListenerNode {
    Http2Test() {
        super(TestListener.TLS);
    }

    /** An event stream within its connection. */
    private record Streaming(HttpResponse<InputStream> response, BufferedReader lines) implements AutoCloseable {
        /** The next event, without comments. */
        String event() throws Exception {
            StringBuilder block = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isEmpty()) {
                    block.append(line).append('\n');
                } else if (block.length() > 0 && block.charAt(0) != ':') {
                    return block.toString();
                } else {
                    block.setLength(0);
                }
            }
            return block.toString();
        }

        @Override
        public void close() throws Exception {
            response.body().close();
        }
    }

    @Test
    void requestsAreAnsweredByHttp2() throws Exception {
        String channel = fresh();
        publish(channel, "one");
        HttpResponse<String> page =
                client.send(authorized("/v1/channels/" + channel + "/history").build(), BodyHandlers.ofString());
        assertThat(page.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("\"one\"");
    }

    @Test
    void whoDoesNotSpeakHttp2IsAnsweredByHttp1() throws Exception {
        HttpResponse<String> page = client.send(
                authorized("/v1/stats").version(HttpClient.Version.HTTP_1_1).build(), BodyHandlers.ofString());
        assertThat(page.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        assertThat(page.body()).contains("connectedClients");
    }

    @Test
    void aRefusalIsAProblemDocument() throws Exception {
        HttpResponse<String> refused = client.send(authorized("/v1/nowhere").build(), BodyHandlers.ofString());
        assertThat(refused.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(refused.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(refused.body()).contains("\"not-found\"");
    }

    @Test
    void manyEventStreamsShareOneConnection() throws Exception {
        List<Streaming> streams = new ArrayList<>();
        List<String> channels = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            channels.add(fresh());
            streams.add(stream(channels.get(i)));
        }
        assertThat(clients()).isEqualTo(20);
        for (int i = 0; i < 20; i++) {
            publish(channels.get(i), "to " + i);
            assertThat(streams.get(i).event()).contains("\"to " + i + "\"");
        }
        for (Streaming stream : streams) {
            stream.close();
        }
        await().atMost(Duration.ofSeconds(1)).until(() -> clients() == 0);
    }

    @Test
    void anEventStreamOutlivesTheIdleTimeOfItsConnection() throws Exception {
        String channel = fresh();
        try (Streaming stream = stream(channel)) {
            for (int i = 0; i < 5; i++) {
                publish(channel, "number " + i);
                assertThat(stream.event()).contains("number " + i);
            }
            await().pollDelay(Duration.ofSeconds(4)).until(() -> clients() == 1);
            publish(channel, "late");
            assertThat(stream.event()).contains("late");
        }
    }

    @Test
    void aSlowReaderHoldsUpNobodyElse() throws Exception {
        String slow = fresh();
        String quick = fresh();
        String filler = "x".repeat(50_000);
        try (Streaming first = stream(slow);
                Streaming second = stream(quick)) {
            for (int i = 0; i < 60; i++) {
                publish(slow, i + filler);
            }
            publish(quick, "soon");
            assertThat(second.event()).contains("soon");
            for (int i = 0; i < 60; i++) {
                assertThat(first.event()).contains("\"" + i + "x");
            }
        }
    }

    @Test
    void aWebSocketIsToldToTakeAConnectionOfItsOwn() throws Exception {
        HttpResponse<String> refused = client.send(authorized("/v1/ws").build(), BodyHandlers.ofString());
        assertThat(refused.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("HTTP/1.1");
    }

    @Test
    void aPageOfTheVeryHostMayCall() throws Exception {
        String own = "https://127.0.0.1:" + node.port();
        HttpResponse<String> answer =
                client.send(authorized("/v1/stats").header("Origin", own).build(), BodyHandlers.ofString());
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("access-control-allow-origin")).hasValue(own);
        assertThat(client.send(
                                authorized("/v1/stats")
                                        .header("Origin", "https://evil.example.com")
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void aHandshakeThatNeverEndsIsCutOff() throws Exception {
        byte[] beginning = {0x16, 0x03, 0x01, 0x01, 0x00, 0x01, 0x00, 0x00, (byte) 0xfc, 0x03, 0x03};
        try (TestSocket socket = new TestSocket(node.port())) {
            socket.send(beginning);
            assertThat(socket.secondsUntilCutOff("x")).isBetween(1, 6);
        }
    }

    @Test
    void aConnectionThatNeverAsksAnythingIsCutOff() throws Exception {
        SSLSocket tls = (SSLSocket) certificate.trusting().getSocketFactory().createSocket();
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        tls.setSSLParameters(parameters);
        byte[] settings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
        String ping = "\0\0\b\6\0\0\0\0\0" + "12345678";
        try (TestSocket socket = new TestSocket(tls, node.port(), 0)) {
            socket.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").send(settings);
            assertThat(tls.getApplicationProtocol()).isEqualTo("h2");
            assertThat(socket.secondsUntilCutOff(ping)).isBetween(1, 6);
        }
    }

    @Test
    void whatIsNotTlsIsCutOff() throws Exception {
        try (TestSocket socket = new TestSocket(node.port())) {
            assertThat(socket.send("GET /v1/stats HTTP/1.1\r\nHost: a\r\n\r\n").rest())
                    .doesNotContain("HTTP/1.1");
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void aNodeThatLeavesHasALastWordForEverybody() throws Exception {
        Streaming stream = stream(fresh());
        node.stop().toCompletableFuture().join();
        assertThat(stream.event()).startsWith("retry: ");
        assertThat(stream.event()).contains("event: reconnect");
        assertThat(stream.event()).isEmpty();
    }

    private Streaming stream(String channel) throws Exception {
        HttpResponse<InputStream> response = client.send(
                authorized("/v1/channels/" + channel + "/events")
                        .header("Accept", "text/event-stream")
                        .build(),
                BodyHandlers.ofInputStream());
        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().map().keySet())
                .contains("content-type", "cache-control", "x-accel-buffering")
                .doesNotContain("connection", "transfer-encoding", "content-length");
        Streaming stream = new Streaming(
                response, new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
        assertThat(stream.event()).startsWith("retry: ");
        assertThat(stream.event()).contains("event: connected");
        return stream;
    }

    private HttpRequest.Builder authorized(String path) {
        return HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + token);
    }
}
