package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.platform.family.Families;
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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Function;
import org.apache.pekko.util.ByteString;
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

        /** The channel is followed no longer, though the client stays. */
        void channelIsOver(ChannelName channel);

        boolean isEnding();

        /** Runs this on the stream's own turn, a second from now. */
        void later(Runnable then);
    }

    private final Wire wire;
    private final Relays relays;
    private final Families families;
    private final Views views;
    private final ConnectionMeters meters;
    private final Stream stream;
    private final Listener listener;
    private final Outflow outflow;
    private final SortedMap<ChannelName, Track> tracks = new TreeMap<>();
    private final Set<Feed> joined = new CopyOnWriteArraySet<>();
    private volatile boolean stopped;
    private @Nullable Login login;
    private final Map<ChannelName, Want> wanted = new TreeMap<>();

    Tracks(Wire wire, Delivery.Sources sources, Stream stream, Listener listener, Outflow outflow) {
        this.wire = wire;
        this.relays = sources.relays();
        this.families = sources.families();
        this.views = new Views(families);
        this.meters = sources.meters();
        this.stream = stream;
        this.listener = listener;
        this.outflow = outflow;
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
                        cannotBegin(wants, greeting, failure);
                    }
                }));
    }

    /** What a rule is against is said; what fails otherwise is tried again. */
    private void cannotBegin(List<Want> wants, Function<Line.Greeting, ByteString> greeting, Throwable failure) {
        Refusal refusal = Beginning.Refused.of(failure);
        if (refusal == null) {
            stream.later(() -> find(wants, greeting));
        } else if (wire.isStream()) {
            stream.finish(new Control.Problem(refusal), refusal.code());
        } else {
            wants.forEach(want -> stream.channelIsOver(want.channel()));
            stream.speak(greeting.apply(new Line.Greeting(List.of(), "", refusal)));
        }
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
                Track track = track(begun, now);
                tracks.put(channel, track);
                outflow.add(track, () -> read(track));
            } else if (now == null) {
                begun.feed().leave(listener); // left again before it had begun
            }
            if (begun.reset() != null) {
                meters.resets.increment();
            } else if (wants.get(i).lastEventId() != null) {
                meters.resumed.increment();
            }
        }
        stream.speak(greeting.apply(new Line.Greeting(beginnings, outflow.cursor())));
        stream.drain();
    }

    private Track track(Beginning begun, Want want) {
        Duration batchInterval = families.of(want.channel()).hearing().batchInterval();
        boolean over = begun.standing().isOver();
        return new Track(begun.feed(), begun.position(), view(want), over, batchInterval);
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
        if (left != null) {
            outflow.remove(left);
            joined.remove(left.feed());
            left.feed().leave(listener);
        }
    }

    void stop() {
        stopped = true;
        joined.forEach(feed -> feed.leave(listener));
    }

    /** What has begun; the client hasn't been told of anything else. */
    void hold(List<Held> into) {
        tracks.forEach((channel, track) -> {
            Want want = wanted.get(channel);
            if (want != null) {
                into.add(new Held(track.name(), want.filter().written(), track.begun(), false));
            }
        });
    }

    /** Where each channel stands, by name. */
    List<Look.Place> places() {
        List<Look.Place> places = new ArrayList<>();
        tracks.forEach((channel, track) -> places.add(new Look.Place(
                channel.value(),
                track.position(),
                Math.max(0, track.feed().live().head() - track.position()),
                filter(channel))));
        places.sort(Comparator.comparing(Look.Place::channel));
        return places;
    }

    Map<String, View> views() {
        Map<String, View> views = new HashMap<>();
        tracks.keySet().forEach(channel -> {
            Want want = wanted.get(channel);
            if (want != null) {
                views.put(channel.value(), view(want));
            }
        });
        return views;
    }

    private @Nullable String filter(ChannelName channel) {
        Want want = wanted.get(channel);
        return want == null || want.filter().isNone() ? null : want.filter().toString();
    }

    // reading

    private void read(Track track) {
        track.readingBegins();
        CompletionStage<EncodedPage> page = track.feed().pageAfter(track.position());
        page.whenComplete((read, failure) -> stream.run(() -> {
            if (failure != null) {
                readAgainLater(track);
            } else if (outflow.has(track)) {
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
        outflow.pageHasEnded();
        stream.drain();
    }

    /** Retention has overtaken a slow reader. */
    private void skipTo(Track track, EncodedPage page, long position) {
        Position asked = new Position(track.feed().epoch(), track.position());
        boolean ends = page.bounds().complete() && position >= page.bounds().head();
        track.skipTo(position, ends);
        meters.resets.increment();
        Control reset = Beginning.resetOf(track.feed(), asked, page.bounds(), ResetReason.RETENTION);
        stream.speak(wire.control(reset, outflow.cursor()));
    }

    private void readAgainLater(Track track) {
        stream.later(() -> {
            track.readingFailed();
            stream.drain();
        });
    }
}
