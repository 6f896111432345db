package io.millrace.platform.edge;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Requests and answers, byte by byte: the same on every listener that speaks HTTP/1.1. */
abstract class HttpStories extends ListenerNode {
    HttpStories(TestListener listener) {
        super(listener);
    }

    @Test
    void aPublishAsksForItsBody() throws Exception {
        String channel = fresh();
        String body = event("late");
        try (TestSocket socket = open()) {
            socket.send("POST /v1/channels/" + channel + "/events HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + token
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
            assertThat(socket.send(get("/v1/ws").replaceFirst("GET", "DELETE")).response())
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
        Assumptions.assumeFalse(listener.isTls(), "a TLS client that has said goodbye isn't waited for");
        try (TestSocket socket = open()) {
            socket.send(get("/v1/stats"));
            socket.socket().shutdownOutput();
            assertThat(socket.rest()).contains("connectedClients");
        }
    }

    @Test
    void whatIsNoRequestIsAnsweredAsTheCorpusSays() throws Exception {
        SoftAssertions all = new SoftAssertions();
        for (BadRequest bad : BadRequest.corpus(token)) {
            try (TestSocket whole = open()) {
                bad.check(all, "whole", whole.send(bad.bytes()).rest());
            }
            if (bad.bytes().length < 1000) {
                try (TestSocket piecemeal = open()) {
                    bad.check(
                            all,
                            "byte by byte",
                            piecemeal.sendOneByOne(bad.bytes()).rest());
                }
            }
        }
        all.assertAll();
    }
}
