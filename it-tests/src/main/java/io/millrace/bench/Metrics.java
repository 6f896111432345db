package io.millrace.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The product's own figures, from its admin port's {@code /metrics}: each name summed over its labels. */
record Metrics(Map<String, Double> values, double heap) {
    static final Metrics NONE = new Metrics(Map.of(), 0);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();

    /** Port 0 stands for a server that has none. */
    static Metrics of(int adminPort) {
        if (adminPort == 0) {
            return NONE;
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/metrics"))
                .timeout(LIMIT)
                .build();
        try {
            return parse(
                    CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } catch (IOException e) {
            throw new BenchFailure("no metrics from port " + adminPort + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("interrupted while asking for metrics");
        }
    }

    /** The same, or none where the server is too busy to tell: for looking on. */
    static Metrics lately(int adminPort) {
        try {
            return of(adminPort);
        } catch (BenchFailure e) {
            return NONE;
        }
    }

    /** The text format of Prometheus: {@code name{label="…"} 12.0}. */
    static Metrics parse(String text) {
        Map<String, Double> values = new HashMap<>();
        text.lines().filter(line -> !line.startsWith("#") && !line.isBlank()).forEach(line -> {
            String name = line.split("[{ ]", 2)[0];
            String value = line.substring(line.lastIndexOf(' ') + 1);
            try {
                values.merge(name, Double.parseDouble(value), Double::sum);
            } catch (NumberFormatException e) {
                // not a number, so not a figure
            }
        });
        double heap = text.lines()
                .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
        return new Metrics(values, heap);
    }

    /** In use, garbage included. */
    double heapBytes() {
        return heap;
    }

    double get(String name) {
        return values.getOrDefault(name, 0.0);
    }

    double journalReads() {
        return get("millrace_relay_journal_reads_total");
    }

    double openConnections() {
        return get("millrace_connections_open");
    }
}
