package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
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
import java.util.HashSet;
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

        /** Nothing will ever come on any channel: the stream ends when what was said has gone out. */
        void isComplete();

        /** The channel's end has gone out to a client that stays. */
        void channelIsOver(ChannelName channel);

        boolean isEnding();
    }

    private static final Duration RETRY_READING = Duration.ofSeconds(1);

    private final Wire wire;
    private final Relays relays;
    private final Views views;
    private final ConnectionMeters meters;
    private final int writeBytes;
    private final Stream stream;
    private final Listener listener;
    private final SortedMap<ChannelName, Track> tracks = new TreeMap<>();
    private final Set<Feed> joined = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;
    private @Nullable Login login;
    private final Map<ChannelName, Want> wanted = new HashMap<>();
    private final Whereabouts whereabouts;
    private final Set<Track> over = new HashSet<>();
    private int turn;

    Tracks(Wire wire, Delivery.Sources sources, int writeBytes, Stream stream, Listener listener) {
        this.wire = wire;
        this.relays = sources.relays();
        this.views = sources.views();
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
                tracks.put(
                        channel,
                        new Track(
                                begun.feed(),
                                begun.position(),
                                view(now),
                                begun.standing().isOver()));
            } else if (now == null) {
                begun.feed().leave(listener); // left again before it had begun
            }
            if (begun.reset() != null) {
                meters.resets.increment();
            } else if (wants.get(i).lastEventId() != null) {
                meters.resumed.increment();
            }
        }
        whereabouts.channelsHaveChanged();
        stream.speak(greeting.apply(new Line.Greeting(beginnings, whereabouts.all())));
        stream.drain();
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
            meters.delivered(wire == Wire.SSE ? Transport.SSE : Transport.WEBSOCKET, events);
        }
        tell(bytes, events > 0);
        if (!over.isEmpty()) {
            letGoOfWhatIsOver();
        }
    }

    /** An event stream ends with the last of its channels; a WebSocket goes on without those that are over. */
    private void letGoOfWhatIsOver() {
        if (wire == Wire.SSE) {
            if (over.size() == tracks.size()) {
                stream.isComplete();
            }
            return;
        }
        for (Track track : over) {
            leave(track.feed().channel());
            stream.channelIsOver(track.feed().channel());
        }
        over.clear();
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
        int events = 0;
        boolean wasLive = track.isLive();
        long told = track.position();
        while (bytes.length() < writeBytes) {
            EncodedEvent event = track.next();
            if (event == null) {
                break;
            }
            bytes.append(wire.event(event, whereabouts.after(track)));
            told = track.position();
            events++;
        }
        if (track.position() > told) {
            whereabouts.hasPassedOver(track);
        }
        if (wasLive && !track.isLive()) {
            meters.fellBehind.increment();
            if (track.isCutOff()) {
                stream.run(() -> stream.finish(new Control.Problem(Refusal.of(Code.SLOW_CLIENT)), Code.SLOW_CLIENT));
            }
        }
        if (track.needsPage()) {
            read(track);
        } else if (track.isOver()) {
            over.add(track);
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
        boolean goesOn = track.readingEnded(page);
        meters.leftOut.increment(track.takeLeftOut());
        if (!goesOn) {
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
        boolean ends = page.bounds().complete() && position >= page.bounds().head();
        track.skipTo(position, ends);
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
