package io.millrace.platform.connection;

import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedPage;
import io.millrace.platform.relay.Feed;
import io.millrace.platform.relay.Listener;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Control;
import io.millrace.protocol.CursorGroup;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Position;
import io.millrace.protocol.Refusal;
import io.millrace.protocol.ResetReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

        void finish(Control lastWord, Code code);

        boolean isEnding();
    }

    private static final Duration RETRY_READING = Duration.ofSeconds(1);

    private final Wire wire;
    private final Relays relays;
    private final int writeBytes;
    private final ConnectionMeters meters;
    private final Stream stream;
    private final Listener listener;
    private final SortedMap<ChannelName, Track> tracks = new TreeMap<>();
    private final Set<Feed> joined = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;
    private @Nullable CursorGroup standing;
    private int turn;

    Tracks(Wire wire, Relays relays, int writeBytes, ConnectionMeters meters, Stream stream, Listener listener) {
        this.wire = wire;
        this.relays = relays;
        this.writeBytes = writeBytes;
        this.meters = meters;
        this.stream = stream;
        this.listener = listener;
    }

    // beginning and leaving

    void begin(List<Want> wants, Function<Line.Greeting, ByteString> greeting) {
        List<CompletableFuture<Beginning>> finding = wants.stream()
                .map(want -> relays.join(want.channel(), listener)
                        .thenCompose(feed -> Beginning.find(joined(feed), want))
                        .toCompletableFuture())
                .toList();
        CompletableFuture.allOf(finding.toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> stream.run(() -> {
                    if (failure == null) {
                        begun(finding.stream().map(CompletableFuture::join).toList(), greeting);
                    } else if (!stream.isEnding()) {
                        later(() -> begin(wants, greeting));
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

    private void begun(List<Beginning> beginnings, Function<Line.Greeting, ByteString> greeting) {
        for (Beginning begun : beginnings) {
            tracks.put(begun.feed().channel(), new Track(begun.feed(), begun.position()));
            if (begun.reset() != null) {
                meters.resets.increment();
            }
        }
        standing = null;
        stream.speak(greeting.apply(new Line.Greeting(beginnings, cursor())));
        stream.drain();
    }

    void leave(ChannelName channel) {
        Track left = tracks.remove(channel);
        standing = null;
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
            meters.delivered(wire == Wire.SSE ? Transport.SSE : Transport.WEBSOCKET, events);
        }
    }

    private int gatherFrom(Track track, ByteStringBuilder bytes) {
        int events = 0;
        boolean wasLive = track.isLive();
        while (bytes.length() < writeBytes) {
            EncodedEvent event = track.next();
            if (event == null) {
                break;
            }
            bytes.append(wire.event(event, cursorAfter(track)));
            events++;
        }
        if (wasLive && !track.isLive()) {
            meters.fellBehind.increment();
        }
        if (track.needsPage()) {
            read(track);
        }
        return events;
    }

    /** Where each channel stands. */
    List<Look.Place> places() {
        List<Look.Place> places = new ArrayList<>();
        tracks.forEach((channel, track) -> places.add(new Look.Place(
                channel.value(),
                track.position(),
                Math.max(0, track.feed().live().head() - track.position()))));
        return places;
    }

    /** Whether there is something to hand out or to read. */
    boolean haveMore() {
        for (Track track : tracks.values()) {
            if (track.hasMore()) {
                return true;
            }
        }
        return false;
    }

    // the cursor

    /** The cursor to send with the event just taken; null where the event's own id is the cursor. */
    private @Nullable String cursorAfter(Track track) {
        if (tracks.size() <= 1 || wire != Wire.SSE) {
            return null;
        }
        CursorGroup group = standing();
        group.moveTo(track.feed().channel(), track.position());
        return group.text();
    }

    private CursorGroup standing() {
        CursorGroup group = standing;
        if (group == null) {
            Epoch epoch = tracks.values().iterator().next().feed().epoch();
            group = new CursorGroup(epoch, tracks.keySet());
            standing = group;
        }
        return group;
    }

    private String cursor() {
        CursorGroup group = standing();
        tracks.forEach((channel, track) -> group.moveTo(channel, track.position()));
        return group.text();
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
        stream.drain();
    }

    /** Retention has overtaken a slow reader. */
    private void skipTo(Track track, EncodedPage page, long position) {
        Position asked = new Position(track.feed().epoch(), track.position());
        track.skipTo(position);
        meters.resets.increment();
        Control reset = Beginning.resetOf(track.feed(), asked, page.bounds(), ResetReason.RETENTION);
        stream.speak(wire.control(reset, cursor()));
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
