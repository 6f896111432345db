package io.millrace.platform.connection;

import io.millrace.platform.relay.EncodedEvent;
import io.millrace.protocol.ChannelName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What goes out of a connection's subscriptions: all that waits, up to a write's size, each subscription in its turn, in
 * the form the client asked for. Everything runs on the stream's own turn.
 */
final class Outflow {
    private static final int BATCH_OVERHEAD = 200;

    private final Wire wire;
    private final int writeBytes;
    private final ConnectionMeters meters;
    private final Stream stream;
    private final SortedMap<String, Source> sources = new TreeMap<>();
    private final Whereabouts whereabouts;
    /** The same, as every delivery goes through them. */
    private List<Source> inTurn = List.of();

    private Form form;
    private Set<Strand> over = Set.of();
    private int turn;

    Outflow(Wire wire, Form form, int writeBytes, ConnectionMeters meters, Stream stream) {
        this.wire = wire;
        this.form = form;
        this.writeBytes = writeBytes;
        this.meters = meters;
        this.stream = stream;
        this.whereabouts = new Whereabouts(wire);
    }

    /** The stream that this goes out on. */
    interface Stream {
        /** Has {@link #gather} called again after this time. */
        void drainAfter(Duration pause);

        /** Nothing will ever come of anything that is followed. */
        void isComplete();

        /** The channel's end has gone out to a client that stays. */
        void channelIsOver(ChannelName channel);

        /** The reader has fallen behind further than it may. */
        void isCutOff();
    }

    private record Source(Strand strand, Runnable readOn) {}

    /** @param readOn begins to read on, when the strand needs it */
    void add(Strand strand, Runnable readOn) {
        sources.put(strand.name(), new Source(strand, readOn));
        haveChanged();
    }

    void remove(Strand strand) {
        sources.remove(strand.name());
        haveChanged();
    }

    private void haveChanged() {
        inTurn = List.copyOf(sources.values());
        whereabouts.haveChanged(inTurn.stream().map(Source::strand).toList());
    }

    boolean has(Strand strand) {
        Source source = sources.get(strand.name());
        return source != null && source.strand() == strand;
    }

    Form form() {
        return form;
    }

    /** The client wants its events in another form. */
    void write(Form form) {
        this.form = form;
    }

    /** The cursor of where the whole connection stands. */
    String cursor() {
        return whereabouts.all();
    }

    /** A page of history was read to its end. */
    void pageHasEnded() {
        whereabouts.historyHasEnded();
    }

    /** All that waits, up to a write's size; each in its turn, so that a busy one can't starve another. */
    void gather(Gathered bytes) {
        int events = 0;
        List<Source> all = inTurn; // what is called on the way may change it
        int size = all.size();
        if (size == 1) {
            events = gatherFrom(all.get(0), bytes);
        } else if (size > 1) {
            turn++;
            for (int i = 0; i < size && bytes.length() < writeBytes; i++) {
                events += gatherFrom(all.get((turn + i) % size), bytes);
            }
        }
        if (events > 0) {
            meters.delivered(wire.transport(), events);
        }
        tell(bytes, events > 0);
        if (!over.isEmpty()) {
            letGoOfWhatIsOver();
        }
    }

    /** An event stream ends with the last of its channels; a WebSocket goes on without those that are over. */
    private void letGoOfWhatIsOver() {
        if (wire.isStream()) {
            if (over.size() == sources.size()) {
                stream.isComplete();
            }
            return;
        }
        List<Strand> ended = List.copyOf(over);
        over = Set.of();
        ended.forEach(strand -> stream.channelIsOver(ChannelName.of(strand.name())));
    }

    private void isOver(Strand strand) {
        Set<Strand> more = new HashSet<>(over);
        more.add(strand);
        over = more;
    }

    private int gatherFrom(Source source, Gathered bytes) {
        Strand strand = source.strand();
        boolean wasLive = strand.isLive();
        int events = 0;
        if (!isHeld(strand)) {
            events = strand.isBatched() && form.batch() ? gatherBatch(strand, bytes) : gatherSingly(strand, bytes);
        } else if (strand.hasMore()) {
            stream.drainAfter(Duration.ofNanos(strand.heldNanos()));
        }
        if (events > 0) {
            wereSent(events, strand.takeHeardNanos(), wasLive && strand.isLive());
        }
        if (strand.isUntold()) {
            whereabouts.hasPassedOver(strand);
        }
        if (wasLive && !strand.isLive()) {
            meters.fellBehind.increment();
            if (strand.isCutOff()) {
                stream.isCutOff();
            }
        }
        if (strand.needsPage()) {
            source.readOn().run();
        } else if (strand.isOver()) {
            isOver(strand);
        }
        return events;
    }

    /** @param live whether they came from the live list, so that they were on their way since then */
    private void wereSent(int events, long heardNanos, boolean live) {
        if (live) {
            long nanos = System.nanoTime() - heardNanos;
            meters.broadcast.record(nanos, TimeUnit.NANOSECONDS);
            Traffic.sent(wire.transport(), events, nanos);
        }
    }

    private int gatherSingly(Strand strand, Gathered bytes) {
        int events = 0;
        while (bytes.length() < writeBytes) {
            EncodedEvent event = strand.next();
            if (event == null) {
                break;
            }
            bytes.add(wire.event(event, whereabouts.after(strand), form));
            events++;
        }
        return events;
    }

    private int gatherBatch(Strand strand, Gathered bytes) {
        List<EncodedEvent> events = new ArrayList<>();
        int length = bytes.length();
        EncodedEvent event = strand.next();
        while (event != null) {
            events.add(event);
            length += event.event().data().size() + BATCH_OVERHEAD;
            event = length < writeBytes ? strand.next() : null;
        }
        if (events.isEmpty()) {
            return 0;
        }
        String cursor = whereabouts.after(strand);
        int size = events.size();
        EncodedEvent end = events.get(size - 1).event().isEnd() ? events.remove(size - 1) : null;
        if (events.size() > 1) {
            wire.batch(events, cursor, bytes);
        } else if (!events.isEmpty()) {
            bytes.add(wire.event(events.get(0), cursor, form));
        }
        if (end != null) {
            bytes.add(wire.event(end, cursor, form)); // by itself, since clients listen for it
        }
        strand.wasSent();
        return size;
    }

    private void tell(Gathered bytes, boolean hadEvents) {
        boolean untold = whereabouts.areUntold();
        if (!hadEvents && !untold) {
            return;
        }
        long now = System.nanoTime();
        if (hadEvents) {
            whereabouts.wereTold(now);
        }
        if (untold) {
            Duration pause = whereabouts.untilTold(now, bytes.length() == 0 && !haveMore() && !areReading());
            if (pause.isZero()) {
                whereabouts.tell(bytes, now);
            } else {
                stream.drainAfter(pause);
            }
        }
    }

    /** Whether there is something to hand out or to read. */
    boolean haveMore() {
        List<Source> all = inTurn;
        for (int i = 0; i < all.size(); i++) { // an iterator for each delivery would be the most of it
            Strand strand = all.get(i).strand();
            if (strand.hasMore() && !isHeld(strand)) {
                return true;
            }
        }
        return false;
    }

    private boolean areReading() {
        return inTurn.stream().anyMatch(source -> source.strand().isReading());
    }

    private boolean isHeld(Strand strand) {
        return form.batch() && strand.heldNanos() > 0;
    }
}
