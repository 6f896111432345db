package io.millrace.it;

/** What a client needs to come in: where a node listens, and a token. */
public record Door(int port, String token) {
    public String url() {
        return "http://127.0.0.1:" + port;
    }
}
