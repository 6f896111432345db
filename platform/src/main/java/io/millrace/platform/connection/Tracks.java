package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.platform.family.Families;
import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedPage;
import io.millrace.platform.relay.Feed;
import io.millrace.platform.relay.Listener;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Control;
import io.millrace.protocol.Position;
import io.millrace.protocol.Refusal;
import io.millrace.protocol.ResetReason;
import io.millrace.protocol.View;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.util.ByteString;
import org.apache.pekko.util.ByteStringBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The channels of one connection: where each begins, how each is read on, and the cursor that they make together. Everything
 * runs on the stream's own turn but what says otherwise.
 */
final class Tracks {

    /** The stream that the channels' events go out on. */
    interface Stream {
        /** Has this run on the stream's own turn; from any thread. */
        void run(Runnable then);

        void speak(ByteString bytes);

        /** There may be more to send. */
        void drain();

        /** There may be something to say after this time. */
        void drainAfter(Duration pause);

        void finish(Control lastWord, Code code);

        boolean isEnding();
    }

    private static final Duration RETRY_READING = Duration.ofSeconds(1);
    private static final int BATCH_OVERHEAD = 200;

    private final Wire wire;
    private final Relays relays;
    private final Families families;
    private final Views views;
    private final ConnectionMeters meters;
    private final int writeBytes;
    private final Stream stream;
    private final Listener listener;
    private final SortedMap<ChannelName, Track> tracks = new TreeMap<>();
    private final Set<Feed> joined = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;
    private Form form;
    private @Nullable Login login;
    private final Map<ChannelName, Want> wanted = new HashMap<>();
    private final Whereabouts whereabouts;
    private int turn;

    Tracks(Wire wire, Form form, Delivery.Sources sources, int writeBytes, Stream stream, Listener listener) {
        this.wire = wire;
        this.form = form;
        this.relays = sources.relays();
        this.families = sources.families();
        this.views = new Views(families);
        this.meters = sources.meters();
        this.writeBytes = writeBytes;
        this.stream = stream;
        this.listener = listener;
        this.whereabouts = new Whereabouts(wire, tracks);
    }

    // beginning and leaving

    /** @param login as which the channels are heard from now on, all of the connection's */
    void begin(Login login, List<Want> wants, Function<Line.Greeting, ByteString> greeting) {
        wants.forEach(want -> wanted.put(want.channel(), want));
        this.login = login;
        find(wants, greeting);
    }

    private void find(List<Want> wants, Function<Line.Greeting, ByteString> greeting) {
        List<CompletableFuture<Beginning>> finding = wants.stream()
                .map(want -> relays.join(want.channel(), listener)
                        .thenCompose(feed -> Beginning.find(joined(feed), want))
                        .toCompletableFuture())
                .toList();
        CompletableFuture.allOf(finding.toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> stream.run(() -> {
                    if (failure == null) {
                        begun(
                                wants,
                                finding.stream().map(CompletableFuture::join).toList(),
                                greeting);
                    } else if (!stream.isEnding()) {
                        later(() -> find(wants, greeting));
                    }
                }));
    }

    /** On another thread. A feed that is joined as the stream ends is left by whichever of the two comes later. */
    private Feed joined(Feed feed) {
        joined.add(feed);
        if (stopped) {
            feed.leave(listener);
        }
        return feed;
    }

    private void begun(List<Want> wants, List<Beginning> beginnings, Function<Line.Greeting, ByteString> greeting) {
        for (int i = 0; i < wants.size(); i++) {
            Beginning begun = beginnings.get(i);
            ChannelName channel = begun.feed().channel();
            Want now = wanted.get(channel);
            if (now == wants.get(i)) {
                tracks.put(channel, track(begun, now));
            } else if (now == null) {
                begun.feed().leave(listener); // left again before it had begun
            }
            if (begun.reset() != null) {
                meters.resets.increment();
            }
        }
        whereabouts.channelsHaveChanged();
        stream.speak(greeting.apply(new Line.Greeting(beginnings, whereabouts.all())));
        stream.drain();
    }

    private Track track(Beginning begun, Want want) {
        Duration batchInterval = families.of(want.channel()).hearing().batchInterval();
        return new Track(begun.feed(), begun.position(), view(want), batchInterval);
    }

    /** The client wants its events in another form. */
    void write(Form form) {
        this.form = form;
    }

    /** The login was renewed: what it sees may have changed. */
    void seeAs(Login renewed) {
        login = renewed;
        wanted.forEach((channel, want) -> {
            Track track = tracks.get(channel);
            if (track != null) {
                track.seeThrough(view(want));
            }
        });
    }

    private View view(Want want) {
        Login known = login;
        if (known == null) {
            throw new IllegalStateException("a channel without a login");
        }
        return views.of(known, want.channel(), want.filter());
    }

    void leave(ChannelName channel) {
        Track left = tracks.remove(channel);
        wanted.remove(channel);
        whereabouts.channelsHaveChanged();
        if (left != null) {
            joined.remove(left.feed());
            left.feed().leave(listener);
        }
    }

    void stop() {
        stopped = true;
        joined.forEach(feed -> feed.leave(listener));
    }

    // what goes out

    /** All that waits, up to a write's size; each channel in its turn, so that a busy one can't starve another. */
    void gather(ByteStringBuilder bytes) {
        int events = 0;
        int size = tracks.size();
        if (size == 1) {
            events = gatherFrom(tracks.values().iterator().next(), bytes);
        } else if (size > 1) {
            List<Track> inTurn = new ArrayList<>(tracks.values());
            turn++;
            for (int i = 0; i < size && bytes.length() < writeBytes; i++) {
                events += gatherFrom(inTurn.get((turn + i) % size), bytes);
            }
        }
        if (events > 0) {
            meters.delivered(events);
        }
        tell(bytes, events > 0);
    }

    private void tell(ByteStringBuilder bytes, boolean hadEvents) {
        long now = System.nanoTime();
        if (hadEvents) {
            whereabouts.wereTold(now);
        }
        Duration pause = whereabouts.untilTold(now, bytes.isEmpty() && !haveMore() && !areReading());
        if (pause != null && pause.isZero()) {
            whereabouts.tell(bytes, now);
        } else if (pause != null) {
            stream.drainAfter(pause);
        }
    }

    private boolean areReading() {
        return tracks.values().stream().anyMatch(Track::isReading);
    }

    private int gatherFrom(Track track, ByteStringBuilder bytes) {
        boolean wasLive = track.isLive();
        long before = track.position();
        int events = 0;
        if (!isHeld(track)) {
            events = track.isBatched() && form.batch() ? gatherBatch(track, bytes) : gatherSingly(track, bytes);
        } else if (track.hasMore()) {
            stream.drainAfter(Duration.ofNanos(track.heldNanos()));
        }
        if (track.position() > before && !track.isTold()) {
            whereabouts.hasPassedOver(track);
        }
        if (wasLive && !track.isLive()) {
            meters.fellBehind.increment();
        }
        if (track.needsPage()) {
            read(track);
        }
        return events;
    }

    private int gatherSingly(Track track, ByteStringBuilder bytes) {
        int events = 0;
        while (bytes.length() < writeBytes) {
            EncodedEvent event = track.next();
            if (event == null) {
                break;
            }
            bytes.append(wire.event(event, whereabouts.after(track, event), form));
            events++;
        }
        return events;
    }

    private int gatherBatch(Track track, ByteStringBuilder bytes) {
        List<EncodedEvent> events = new ArrayList<>();
        int size = bytes.length();
        EncodedEvent event = track.next();
        while (event != null) {
            events.add(event);
            size += event.event().data().size() + BATCH_OVERHEAD;
            event = size < writeBytes ? track.next() : null;
        }
        if (events.isEmpty()) {
            return 0;
        }
        EncodedEvent last = events.get(events.size() - 1);
        String cursor = whereabouts.after(track, last);
        if (events.size() > 1) {
            wire.batch(events, cursor, bytes);
        } else {
            bytes.append(wire.event(last, cursor, form));
        }
        track.wasSent();
        return events.size();
    }

    private boolean isHeld(Track track) {
        return form.batch() && track.heldNanos() > 0;
    }

    /** Whether there is something to hand out or to read. */
    boolean haveMore() {
        for (Track track : tracks.values()) {
            if (track.hasMore() && !isHeld(track)) {
                return true;
            }
        }
        return false;
    }

    // reading

    private void read(Track track) {
        track.readingBegins();
        CompletionStage<EncodedPage> page = track.feed().pageAfter(track.position());
        page.whenComplete((read, failure) -> stream.run(() -> {
            if (failure != null) {
                readAgainLater(track);
            } else if (tracks.get(track.feed().channel()) == track) {
                pageCame(track, read);
            }
        }));
    }

    private void pageCame(Track track, EncodedPage page) {
        if (!track.readingEnded(page)) {
            long oldest = page.bounds().availableFrom();
            if (oldest > track.position() + 1) {
                skipTo(track, page, oldest - 1);
            } else if (page.bounds().head() > track.position()) {
                stream.finish(new Control.Problem(Refusal.of(Code.INTERNAL_ERROR)), Code.INTERNAL_ERROR);
                return;
            } else {
                track.readingBegins(); // the journal ends here while the live list is further on: look again soon
                readAgainLater(track);
            }
        }
        whereabouts.historyHasEnded();
        stream.drain();
    }

    /** Retention has overtaken a slow reader. */
    private void skipTo(Track track, EncodedPage page, long position) {
        Position asked = new Position(track.feed().epoch(), track.position());
        track.skipTo(position);
        meters.resets.increment();
        Control reset = Beginning.resetOf(track.feed(), asked, page.bounds(), ResetReason.RETENTION);
        stream.speak(wire.control(reset, whereabouts.all()));
    }

    private void readAgainLater(Track track) {
        later(() -> {
            track.readingFailed();
            stream.drain();
        });
    }

    private void later(Runnable then) {
        CompletableFuture.delayedExecutor(RETRY_READING.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> stream.run(then));
    }
}
