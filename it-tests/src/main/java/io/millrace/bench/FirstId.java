package io.millrace.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The id of a channel's first event with a given text in it, read as a plain client would. */
final class FirstId {
    private static final int SECONDS = 20;

    private FirstId() {}

    static String of(Target target, String channel, String text) {
        HttpClient client = HttpClient.newHttpClient();
        String path = target.dialect().eventsPath(channel, Dialect.FROM_THE_BEGINNING);
        HttpRequest request = HttpRequest.newBuilder(URI.create(target.url() + path))
                .header("Authorization", "Bearer " + target.token())
                .header("Accept", "text/event-stream")
                .build();
        CompletableFuture<String> id = client.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream())
                .thenApplyAsync(response -> idIn(response.body(), text));
        try {
            return id.get(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("interrupted while waiting for an event's id");
        } catch (Exception e) {
            throw new BenchFailure("no id came with the first event: " + e, e);
        }
    }

    private static String idIn(InputStream body, String text) {
        String id = "";
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                if (line.startsWith("id:")) {
                    id = line.substring(3).strip();
                } else if (line.startsWith("data:") && line.contains(text) && !id.isEmpty()) {
                    return id;
                }
                line = lines.readLine();
            }
        } catch (IOException e) {
            throw new BenchFailure("the stream broke off before the event came", e);
        }
        throw new BenchFailure("the stream ended before the event came");
    }
}
