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
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Runs that read the past: one reader from the beginning, and a crowd that comes back. */
final class History {
    private static final String FROM_THE_BEGINNING = "from=earliest";
    private static final int FILL_BATCH = 50;
    private static final int ID_SECONDS = 20;

    private History() {}

    /** Writes so many events, every one acknowledged, for a reader to find. */
    static void fill(Target target, String channel, int events, int size) {
        int run = ThreadLocalRandom.current().nextInt();
        PublishRequest request = PublishRequest.render(target, channel, Mark.blank(run, 0), FILL_BATCH, size);
        try (PublishLink publisher = PublishLink.open(target, request)) {
            publisher.fill(0, events / FILL_BATCH * FILL_BATCH);
        }
        PublishRequest single = PublishRequest.render(target, channel, Mark.blank(run, 1), 1, size);
        try (PublishLink publisher = PublishLink.open(target, single)) {
            publisher.fill(0, events % FILL_BATCH);
        }
    }

    /** @param expect how many events the channel holds; every lane of them must be whole */
    record CatchUp(Target target, String channel, int expect, Duration quiet, long pid) {
        static CatchUp from(Args args) {
            return new CatchUp(
                    Target.from(args),
                    args.text("channel"),
                    args.number("expect", 1000, 1, 10_000_000),
                    args.seconds("quiet", 5, 60),
                    args.number("pid", 0, 0, Integer.MAX_VALUE));
        }

        /** From the request for the past until its last event came. */
        Outcome run() {
            Outcome outcome = new Outcome("catch-up");
            ProcessGauge gauge = ProcessGauge.of(pid);
            Opening opening = Opening.sse(target.follow(channel, FROM_THE_BEGINNING, null));
            ProcessGauge.Cpu before = gauge.cpu();
            long begun = System.nanoTime();
            try (Audience reader =
                    Audience.open(target, opening, 1, 1, tally -> new Receipts.OfAllLanes(tally, expect))) {
                reader.awaitDeliveries(expect, quiet);
                ProcessGauge.Cpu used = gauge.cpu().since(before);
                double seconds = Math.max((reader.lastDeliveryNanos() - begun) / 1e9, 1e-6);
                reader.close();
                reader.refuseUnopened();
                return outcome.put(Figure.EVENTS, reader.delivered())
                        .put(Figure.EVENTS_PER_SECOND, reader.delivered() / seconds)
                        .put(Figure.LAST_CAUGHT_UP, seconds)
                        .cpu(used, reader.delivered(), Figure.CPU_PER_EVENT, Figure.CPU_PER_EVENT_WITH_CHILDREN)
                        .losses(reader.losses());
            }
        }
    }

    /** @param missed events each client has missed when it comes back */
    record Storm(
            Target target, String channel, int clients, int missed, int size, int threads, Duration quiet, long pid) {
        static Storm from(Args args) {
            return new Storm(
                    Target.from(args),
                    args.text("channel"),
                    args.number("clients", 1000, 1, 60_000),
                    args.number("missed", 100, 1, 100_000),
                    args.number("size", 100, PublishRequest.MIN_SIZE, PublishRequest.MAX_SIZE),
                    args.number("threads", 1, 1, 2),
                    args.seconds("quiet", 10, 60),
                    args.number("pid", 0, 0, Integer.MAX_VALUE));
        }

        /** From the first client's return until the last one has what it missed. The channel must be a fresh one. */
        Outcome run() {
            Outcome outcome = new Outcome("storm");
            ProcessGauge gauge = ProcessGauge.of(pid);
            int run = ThreadLocalRandom.current().nextInt();
            String lastSeen = prepare(run);
            Opening opening = Opening.sse(target.follow(channel, "", lastSeen));
            ProcessGauge.Cpu before = gauge.cpu();
            long begun = System.nanoTime();
            long all = (long) clients * missed;
            try (Audience crowd = Audience.open(
                    target,
                    opening,
                    clients,
                    Math.min(threads, clients),
                    tally -> new Receipts.OfOneLane(tally, run, 1, Long.MAX_VALUE, missed + 1L))) {
                crowd.awaitDeliveries(all, quiet);
                ProcessGauge.Cpu used = gauge.cpu().since(before);
                double seconds = Math.max((crowd.lastDeliveryNanos() - begun) / 1e9, 1e-6);
                crowd.close();
                crowd.refuseUnopened();
                return outcome.put(Figure.LAST_CAUGHT_UP, seconds)
                        .put(Figure.DELIVERIES, crowd.delivered())
                        .put(Figure.DELIVERIES_PER_SECOND, crowd.delivered() / seconds)
                        .cpu(used, crowd.delivered(), Figure.CPU_PER_DELIVERY, Figure.CPU_PER_DELIVERY_WITH_CHILDREN)
                        .latency(crowd.completion())
                        .losses(crowd.losses());
            }
        }

        /** Publishes the event everybody has seen, takes its id, and then publishes what they miss. */
        private String prepare(int run) {
            PublishRequest request = PublishRequest.render(target, channel, Mark.blank(run, 0), 1, size);
            try (PublishLink publisher = PublishLink.open(target, request)) {
                publisher.fill(0, 1);
                String id = firstId(target, channel, String.format("~mr~%08x~", run));
                publisher.fill(1, missed);
                return id;
            }
        }
    }

    /** The id of the first event with the given text in it, read as a plain client would. */
    private static String firstId(Target target, String channel, String text) {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(target.url() + "/v1/channels/" + channel + "/events?" + FROM_THE_BEGINNING))
                .header("Authorization", "Bearer " + target.token())
                .header("Accept", "text/event-stream")
                .build();
        CompletableFuture<String> id = client.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream())
                .thenApplyAsync(response -> idIn(response.body(), text));
        try {
            return id.get(ID_SECONDS, TimeUnit.SECONDS);
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
