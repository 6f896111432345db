package io.millrace.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.HdrHistogram.Histogram;

/**
 * Many publishers at once, each on its own kept-alive connection with one request in flight, all on one selector thread.
 * Whatever was answered is counted by status; only what was acknowledged counts as published.
 */
final class PublishLoad {
    private static final int IN_BYTES = 64 * 1024;
    private static final Duration LAST_REPLIES = Duration.ofSeconds(10);

    /**
     * @param channels so many, named with {@code -0}, {@code -1}… behind where they are several. Fewer than publishers
     *     are shared by them; of more, each publisher serves several by turns
     * @param warmUp before the measured window
     */
    record Settings(
            Target target,
            String channel,
            int channels,
            int publishers,
            int batch,
            int size,
            Duration warmUp,
            Duration length,
            ProcessGauge gauge) {
        static Settings from(Args args) {
            return new Settings(
                    Target.from(args),
                    args.text("channel"),
                    args.number("channels", 1, 1, 10_000),
                    args.number("publishers", 64, 1, Mark.MAX_LANE),
                    args.number("batch", 1, 1, 1000),
                    args.number("size", 100, PublishRequest.MIN_SIZE, PublishRequest.MAX_SIZE),
                    args.seconds("warmup", 1, 60),
                    args.seconds("seconds", 5, 600),
                    ProcessGauge.from(args));
        }

        /** One a publisher, or one a channel where those are more. */
        int lanes() {
            return Math.max(publishers, channels);
        }

        String channelOf(int lane) {
            return channels == 1 ? channel : channel + "-" + lane % channels;
        }
    }

    /** What the publishers report to; one thread, so plain fields. */
    static final class Book {
        private final Map<String, Long> errors = new TreeMap<>();
        private final Histogram latency = new Histogram(1, 600_000_000L, 3);
        private long measureFrom = Long.MAX_VALUE;
        private long measureUntil;
        private long acknowledged;
        private boolean sending = true;

        void acknowledged(long sentNanos, long nowNanos) {
            if (nowNanos >= measureFrom && nowNanos < measureUntil) {
                acknowledged++;
                latency.recordValue(Math.min(Tally.micros(nowNanos - sentNanos), 600_000_000L));
            }
        }

        void error(String what) {
            errors.merge(what, 1L, Long::sum);
        }

        boolean sending() {
            return sending;
        }
    }

    private final Settings settings;
    private final int run;
    private final Sent sent;
    private final Book book = new Book();
    private final ByteBuffer direct = ByteBuffer.allocateDirect(IN_BYTES);
    private final byte[] bytes = new byte[IN_BYTES];

    private PublishLoad(Settings settings, int run, Sent sent) {
        this.settings = settings;
        this.run = run;
        this.sent = sent;
    }

    static Outcome run(Settings settings) {
        return run(settings, ThreadLocalRandom.current().nextInt(), new Sent(settings.lanes()));
    }

    /** For somebody who listens: with the marks' run, and where to count what was acknowledged. */
    static Outcome run(Settings settings, int run, Sent sent) {
        try (Selector selector = Selector.open()) {
            return new PublishLoad(settings, run, sent).run(selector);
        } catch (IOException e) {
            throw new BenchFailure("the publishers broke off: " + e.getMessage(), e);
        }
    }

    private Outcome run(Selector selector) throws IOException {
        List<LoadPublisher> publishers = open(selector);
        try {
            long begun = System.nanoTime() + settings.warmUp().toNanos();
            long end = begun + settings.length().toNanos();
            book.measureFrom = begun;
            book.measureUntil = end;
            turnUntil(begun, selector, publishers);
            ProcessGauge.Cpu before = settings.gauge().cpu();
            turnUntil(end, selector, publishers);
            ProcessGauge.Cpu used = settings.gauge().cpu().since(before);
            book.sending = false;
            turnUntil(System.nanoTime() + LAST_REPLIES.toNanos(), selector, publishers);
            return conclude(publishers, used);
        } finally {
            publishers.forEach(LoadPublisher::close);
        }
    }

    private List<LoadPublisher> open(Selector selector) throws IOException {
        List<LoadPublisher> publishers = new ArrayList<>();
        for (int first = 0; first < settings.publishers(); first++) {
            List<Lane> lanes = new ArrayList<>();
            for (int lane = first; lane < settings.lanes(); lane += settings.publishers()) {
                lanes.add(lane(lane));
            }
            publishers.add(LoadPublisher.connect(selector, settings.target(), lanes, book));
        }
        return publishers;
    }

    private Lane lane(int number) {
        PublishRequest request = PublishRequest.render(
                settings.target(),
                settings.channelOf(number),
                Mark.blank(run, number),
                settings.batch(),
                settings.size());
        return new Lane(number, request, sent);
    }

    /** Lets the publishers work until the time has come or none of them waits for anything. */
    private void turnUntil(long deadline, Selector selector, List<LoadPublisher> publishers) throws IOException {
        while (System.nanoTime() < deadline && publishers.stream().anyMatch(LoadPublisher::busy)) {
            selector.select(this::advance, 5);
            publishers.forEach(LoadPublisher::resumeIfDue);
        }
    }

    private void advance(SelectionKey key) {
        ((LoadPublisher) key.attachment()).advance(direct, bytes);
    }

    private Outcome conclude(List<LoadPublisher> publishers, ProcessGauge.Cpu used) {
        double seconds = settings.length().toNanos() / 1e9;
        double events = (double) book.acknowledged * settings.batch();
        Outcome outcome = new Outcome("publish-batch-" + settings.batch())
                .put(Figure.REQUESTS, book.acknowledged)
                .put(Figure.REQUESTS_PER_SECOND, book.acknowledged / seconds)
                .put(Figure.EVENTS, events)
                .put(Figure.EVENTS_PER_SECOND, events / seconds)
                .cpu(used, events, Figure.CPU_PER_EVENT, Figure.CPU_PER_EVENT_WITH_CHILDREN)
                .latency(book.latency);
        outcome.errors(book.errors);
        long waiting = publishers.stream().filter(LoadPublisher::busy).count();
        if (waiting > 0) {
            outcome.fault(waiting + " publishers never got their last answer");
        }
        long broken = publishers.stream().filter(LoadPublisher::broken).count();
        if (broken > 0 || book.acknowledged == 0) {
            outcome.fault(broken + " publishers broke off, " + book.acknowledged + " requests were acknowledged");
        }
        return outcome;
    }
}
