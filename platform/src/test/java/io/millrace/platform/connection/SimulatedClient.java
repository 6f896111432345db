package io.millrace.platform.connection;

import static io.millrace.platform.fakes.Sample.CHANNEL;
import static io.millrace.platform.fakes.Sample.EPOCH;

import io.millrace.persistence.Journal.Bounds;
import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedPage;
import io.millrace.platform.relay.Feed;
import io.millrace.platform.relay.Listener;
import io.millrace.platform.relay.SimulatedRelay;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Event;
import io.millrace.protocol.Position;
import io.millrace.protocol.ResetReason;
import io.millrace.protocol.Start;
import io.millrace.protocol.View;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A client with the real beginning and track; its cursor is all it keeps between connections. It sleeps when it has read
 * everything, and only the relay's call wakes it: a call that is missing shows as a sleeper behind the head.
 */
final class SimulatedClient implements Listener {
    private final Random random;
    private final Map<Long, Event> log;
    private final boolean planted;
    private int node;
    private @Nullable SimulatedRelay relay;
    private @Nullable CompletableFuture<Feed> joining;
    private @Nullable Track track;
    private @Nullable String cursor;
    private long position;
    private boolean awake;
    private long seen;
    private long resets;

    /** @param planted whether it skips an event now and then, to show that this is found */
    SimulatedClient(Random random, Map<Long, Event> log, boolean planted) {
        this.random = random;
        this.log = log;
        this.planted = planted;
    }

    boolean isConnected() {
        return relay != null;
    }

    boolean isOn(int thatNode) {
        return relay != null && node == thatNode;
    }

    long position() {
        return position;
    }

    long seen() {
        return seen;
    }

    long resets() {
        return resets;
    }

    @Override
    public String toString() {
        return "client at " + position + (awake ? ", awake" : ", asleep")
                + (relay == null
                        ? ", not connected"
                        : track == null
                                ? ", joining"
                                : ", live up to " + track.feed().live().head());
    }

    void connect(int toNode, SimulatedRelay to) {
        node = toNode;
        relay = to;
        joining = to.join(this);
        awake = true;
    }

    /** Its connection ends; of what it knows only the cursor stays. */
    void cut() {
        SimulatedRelay left = relay;
        if (left != null) {
            left.leave(this);
        }
        gone();
    }

    /** Its node is gone, and nobody is left to take leave of. */
    void gone() {
        relay = null;
        joining = null;
        track = null;
    }

    @Override
    public void wake() {
        awake = true;
    }

    @Override
    public void lost() {
        gone();
    }

    /** Reads up to so many events, if it isn't asleep. */
    void read(int atMost) {
        Track reading = track == null ? begin() : track;
        if (reading == null || !awake) {
            return;
        }
        for (int i = 0; i < atMost; i++) {
            EncodedEvent event = reading.next();
            if (event == null) {
                break;
            }
            if (planted && random.nextInt(40) == 0) {
                continue;
            }
            check(event.offset() == position + 1, "handed " + event.offset() + " after " + position);
            check(event.event().equals(log.get(event.offset())), "another event at " + event.offset());
            seen++;
            stand(event.offset());
        }
        if (reading.needsPage()) {
            page(reading);
        }
        awake = reading.hasMore();
    }

    private @Nullable Track begin() {
        CompletableFuture<Feed> asked = joining;
        if (asked == null || !asked.isDone()) {
            return null;
        }
        CompletableFuture<Beginning> finding = Beginning.find(
                        asked.join(), new Want(CHANNEL, cursor, new Start.Earliest()))
                .toCompletableFuture();
        if (finding.isCompletedExceptionally()) {
            return null; // the journal is away; it asks again
        }
        Beginning begun = finding.join();
        if (begun.reset() != null) {
            resets++;
            ResetReason reason = begun.reset().reason();
            check(reason == ResetReason.RETENTION, "a true cursor was answered by " + reason);
            check(begun.position() > position, "a reset goes back, from " + position);
        } else {
            check(
                    cursor == null || begun.position() == position,
                    "resumed at " + begun.position() + " instead of " + position);
        }
        stand(begun.position());
        Track fresh = new Track(begun.feed(), position, View.PLAIN);
        track = fresh;
        awake = true;
        return fresh;
    }

    private void page(Track reading) {
        reading.readingBegins();
        CompletableFuture<EncodedPage> asked =
                reading.feed().pageAfter(reading.position()).toCompletableFuture();
        if (asked.isCompletedExceptionally()) {
            reading.readingFailed();
            return;
        }
        EncodedPage page = asked.join();
        if (!reading.readingEnded(page)) {
            Bounds bounds = page.bounds();
            if (bounds.availableFrom() > position + 1) {
                resets++;
                reading.skipTo(bounds.availableFrom() - 1, false);
                stand(bounds.availableFrom() - 1);
            }
        }
    }

    private void stand(long at) {
        check(at >= position, "goes back from " + position + " to " + at);
        position = at;
        cursor = Cursor.of(CHANNEL, new Position(EPOCH, at));
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
