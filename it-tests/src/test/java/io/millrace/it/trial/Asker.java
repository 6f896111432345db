package io.millrace.it.trial;

import io.millrace.it.Door;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Plain requests with a patience of the asker's own. */
final class Asker {
    private static final Pattern CODE = Pattern.compile("\"code\":\"([a-z-]+)\"");

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    record Answer(int status, String body, boolean saysWhen) {
        /** The refusal's code; empty where there is none. */
        String code() {
            Matcher matcher = CODE.matcher(body);
            return status >= 400 && matcher.find() ? matcher.group(1) : "";
        }
    }

    Answer post(Door door, String path, String key, String body, Duration patience) throws IOException {
        HttpRequest.Builder request = request(door, path, patience).header("Content-Type", "application/json");
        if (!key.isEmpty()) {
            request.header("Idempotency-Key", key);
        }
        return send(request.POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    Answer get(Door door, String path, Duration patience) throws IOException {
        return send(request(door, path, patience).build());
    }

    private static HttpRequest.Builder request(Door door, String path, Duration patience) {
        return HttpRequest.newBuilder(URI.create(door.url() + path))
                .header("Authorization", "Bearer " + door.token())
                .timeout(patience);
    }

    private Answer send(HttpRequest request) throws IOException {
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    response.body(),
                    response.headers().firstValue("Retry-After").isPresent());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", stopped);
        }
    }
}
