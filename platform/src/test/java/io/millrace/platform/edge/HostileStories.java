package io.millrace.platform.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that mean no good, or can't do better: what they cost is bounded on every listener. */
abstract class HostileStories extends HttpStories {
    HostileStories(TestListener listener) {
        super(listener);
    }

    @Test
    void aHeadThatNeverEndsIsCutOffHoweverOftenAByteComes() throws Exception {
        try (TestSocket socket = open()) {
            socket.send("GET /v1/stats HTTP/1.1\r\nHost: h\r\nX-Long: ");
            assertThat(socket.secondsUntilCutOff("x")).isBetween(1, 6);
        }
    }

    @Test
    void theSecondHeadOnASocketIsCutOffJustSo() throws Exception {
        try (TestSocket socket = open()) {
            socket.send(get("/v1/stats")).response();
            socket.send("GET /v1/stats HTTP/1.1\r\nHost: h\r\nX-Long: ");
            assertThat(socket.secondsUntilCutOff("x")).isBetween(1, 6);
        }
    }

    @Test
    void aBodyThatNeverEndsIsRefused() throws Exception {
        try (TestSocket socket = open()) {
            socket.send(post(token) + "{");
            assertThat(socket.response()).startsWith("HTTP/1.1 400").contains("did not arrive");
            assertThat(socket.secondsUntilCutOff(" ")).isLessThan(5);
        }
    }

    @Test
    void theBodyOfWhoMayNotPublishIsNotHeardToItsEnd() throws Exception {
        try (TestSocket socket = open()) {
            socket.send(post("nonsense") + "{");
            assertThat(socket.response()).startsWith("HTTP/1.1 401").contains("Connection: close");
            assertThat(socket.secondsUntilCutOff(" ")).isLessThan(5);
        }
    }

    @Test
    void moreConnectionsThanTheNodeCarriesAreToldToComeBack() throws Exception {
        await().until(() -> clients() == 0);
        List<TestSocket> carried = new ArrayList<>();
        for (int i = 0; i < MAX_CONNECTIONS; i++) {
            carried.add(open());
            begin(carried.get(i), fresh());
        }
        for (int i = 0; i < 20; i++) {
            try (TestSocket surplus = open()) {
                assertThat(surplus.send(get("/v1/channels/" + fresh() + "/events"))
                                .response())
                        .startsWith("HTTP/1.1 503")
                        .contains("Retry-After: ")
                        .contains("\"node-full\"");
                assertThat(surplus.send(get("/v1/stats")).response()).startsWith("HTTP/1.1 200");
            }
        }
        carried.get(0).close();
        await().until(() -> clients() == MAX_CONNECTIONS - 1);
        try (TestSocket next = open()) {
            begin(next, fresh());
        }
        for (TestSocket socket : carried) {
            socket.close();
        }
        await().until(() -> clients() == 0);
    }

    private static String post(String token) {
        return "POST /v1/channels/hostile/events HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + token
                + "\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n";
    }
}
