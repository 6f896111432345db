package io.millrace.platform.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.protocol.WsDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Event streams and WebSockets, byte by byte: the same on every listener that speaks HTTP/1.1. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class WireStories extends HostileStories {
    WireStories(TestListener listener) {
        super(listener);
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
            if (listener == TestListener.LEAN) {
                socket.send(noise); // the ordinary wire leaves it in the kernel, and the client waiting
            } else {
                socket.send("noise");
            }
            publish(channel, "one");
            assertThat(socket.event()).contains("\"one\"");
        }
    }

    @Test
    void aClientThatGoesIsNoticedAtOnce() throws Exception {
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
        try (TestSocket socket = open(8192)) {
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
            assertThat(socket.input()).isInstanceOfSatisfying(WsDecoder.Pong.class, pong -> assertThat(pong.payload())
                    .containsExactly(1, 2));
            socket.send(TestSocket.frame(8, new byte[] {0x03, (byte) 0xe8}));
            assertThat(socket.input()).isInstanceOfSatisfying(WsDecoder.Close.class, close -> assertThat(close.code())
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
            assertThat(socket.input()).isInstanceOfSatisfying(WsDecoder.Close.class, close -> assertThat(close.code())
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
}
