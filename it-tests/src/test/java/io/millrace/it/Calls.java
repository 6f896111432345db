package io.millrace.it;

import io.millrace.it.History.Entry;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Plain requests and their answers. */
final class Calls {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Calls() {}

    record Answer(int status, String body) {}

    /** @throws ConnectException where nothing was sent; any other means it may have arrived */
    static Answer publish(Door door, String channel, String body) throws IOException {
        return send(HttpRequest.newBuilder(URI.create(door.url() + "/v1/channels/" + channel + "/events"))
                .header("Authorization", "Bearer " + door.token())
                .header("Content-Type", "application/json")
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    static Answer post(Door door, String path, String body) throws IOException {
        return send(HttpRequest.newBuilder(URI.create(door.url() + path))
                .header("Authorization", "Bearer " + door.token())
                .header("Content-Type", "application/json")
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    static Answer get(Door door, String path) throws IOException {
        return send(HttpRequest.newBuilder(URI.create(door.url() + path))
                .header("Authorization", "Bearer " + door.token())
                .timeout(PATIENCE)
                .build());
    }

    static String admin(Product product, String path) throws IOException {
        Answer answer = get(new Door(product.adminPort(), product.door().token()), path);
        if (answer.status() != 200) {
            throw new IOException(answer.toString());
        }
        return answer.body();
    }

    /** All of a channel that is kept. */
    static List<Entry> log(Door door, String channel) throws IOException {
        List<Entry> log = new ArrayList<>();
        String after = "";
        while (true) {
            Members page = Members.of(history(door, channel, "limit=1000" + after));
            List<String> events = Members.elements(page.raw("events"));
            if (events.isEmpty()) {
                return log;
            }
            events.forEach(event -> log.add(entry(event)));
            after = "&after=" + page.text("next");
        }
    }

    static String history(Door door, String channel, String parameters) throws IOException {
        Answer answer = get(door, "/v1/channels/" + channel + "/history?" + parameters);
        if (answer.status() != 200) {
            throw new IOException(answer.toString());
        }
        return answer.body();
    }

    static Entry entry(String event) {
        Members members = Members.of(event);
        return Load.entry(members.number("offset"), members.text("type"), members.raw("data"));
    }

    private static Answer send(HttpRequest request) throws IOException {
        try {
            HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", stopped);
        }
    }
}
