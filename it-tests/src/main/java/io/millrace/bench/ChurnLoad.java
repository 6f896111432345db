package io.millrace.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Clients that come and go on one selector thread, the caller's, while one publisher goes on publishing. */
final class ChurnLoad {
    private static final int READ_BYTES = 64 * 1024;
    private static final long GOODBYE_NANOS = 10_000_000_000L;
    private static final int MAX_FAULTS = 10;

    private final Target target;
    private final Opening sse;
    private final Opening webSocket;
    private final int clients;
    private final int run = ThreadLocalRandom.current().nextInt();
    private final List<ChurnClient> here = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final Tally tally = new Tally();
    private Losses losses = Losses.NONE;
    private long born;
    private long cycles;
    private volatile long published;
    private volatile boolean over;

    private ChurnLoad(Target target, String channel, int clients) {
        this.target = target;
        this.sse = Opening.of("sse", target, channel);
        this.webSocket = Opening.of("ws", target, channel);
        this.clients = clients;
    }

    /** Goes on for that long, and then until everybody has gone. */
    static ChurnLoad run(Target target, String channel, int clients, int rate, Duration length) {
        ChurnLoad load = new ChurnLoad(target, channel, clients);
        Thread publisher = new Thread(() -> load.publish(channel, rate), "churn-publisher");
        publisher.setDaemon(true);
        publisher.start();
        try (Selector selector = Selector.open()) {
            load.turn(selector, System.nanoTime() + length.toNanos());
        } catch (IOException e) {
            throw new BenchFailure("the churn broke off: " + e.getMessage(), e);
        } finally {
            load.over = true;
        }
        return load;
    }

    private void publish(String channel, int rate) {
        PublishRequest request = PublishRequest.render(target, channel, Mark.blank(run, 0), 1, PublishRequest.MIN_SIZE);
        try (PublishLink link = PublishLink.open(target, request)) {
            for (long sequence = 0; !over; sequence++) {
                link.publish(sequence, System.nanoTime());
                published = sequence + 1;
                Pause.millis(1000 / rate);
            }
        } catch (BenchFailure e) {
            fault("the publisher: " + e.getMessage());
        }
    }

    private void turn(Selector selector, long until) throws IOException {
        ByteBuffer direct = ByteBuffer.allocateDirect(READ_BYTES);
        byte[] bytes = new byte[READ_BYTES];
        boolean more = true;
        while (more || !here.isEmpty()) {
            more = System.nanoTime() < until;
            while (more && here.size() < clients) {
                here.add(ChurnClient.connect(
                        selector, target, born % 2 == 0 ? sse : webSocket, run, born % 4 < 2, tally));
                born++;
            }
            selector.select(key -> attached(key).advance(key, direct, bytes), 20);
            bury(more);
        }
    }

    private static Subscriber attached(SelectionKey key) {
        return (Subscriber) key.attachment();
    }

    /** Lets go whoever has read enough, or everybody at the end, and counts those who have gone. */
    private void bury(boolean more) throws IOException {
        long now = System.nanoTime();
        Iterator<ChurnClient> each = here.iterator();
        while (each.hasNext()) {
            ChurnClient client = each.next();
            client.vanishIfDone(now, !more);
            if (client.isGone()) {
                each.remove();
                cycles++;
                losses = losses.plus(client.losses());
                client.complaint().ifPresent(this::fault);
            } else if (client.isOverdue(now, GOODBYE_NANOS)) {
                fault("a client that has shut down, or waits, got no answer for 10 s");
                client.abort();
            }
        }
    }

    private synchronized void fault(String what) {
        if (faults.size() < MAX_FAULTS) {
            faults.add(what);
        }
    }

    synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    long cycles() {
        return cycles;
    }

    long published() {
        return published;
    }

    long delivered() {
        tally.publish();
        return tally.seenDelivered();
    }

    Losses losses() {
        return losses;
    }
}
