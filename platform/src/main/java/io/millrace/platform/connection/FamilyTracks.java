package io.millrace.platform.connection;

import io.millrace.platform.access.Access;
import io.millrace.platform.access.Act;
import io.millrace.platform.access.Decision;
import io.millrace.platform.access.Login;
import io.millrace.platform.relay.FamilyFeed;
import io.millrace.platform.relay.FamilyPage;
import io.millrace.platform.relay.Listener;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.ResetReason;
import io.millrace.protocol.View;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** The whole families of one connection, as {@link Tracks} are its channels. Runs on the stream's own turn. */
final class FamilyTracks {
    private final Wire wire;
    private final Delivery.Sources sources;
    private final Tracks.Stream stream;
    private final Listener listener;
    private final Outflow outflow;
    private final Map<String, FamilyWant> wanted = new HashMap<>();
    private final Map<String, FamilyTrack> tracks = new HashMap<>();
    private final Set<FamilyFeed> joined = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;
    private @Nullable Login login;

    FamilyTracks(Wire wire, Delivery.Sources sources, Tracks.Stream stream, Listener listener, Outflow outflow) {
        this.wire = wire;
        this.sources = sources;
        this.stream = stream;
        this.listener = listener;
        this.outflow = outflow;
    }

    void begin(Login login, FamilyWant want, Function<FamilyBeginning, ByteString> greeting) {
        this.login = login;
        wanted.put(want.family(), want);
        find(want, greeting);
    }

    private void find(FamilyWant want, Function<FamilyBeginning, ByteString> greeting) {
        sources.feeds()
                .join(want.family(), listener)
                .thenCompose(feed -> FamilyBeginning.find(joined(feed), want.cursor(), want.earliest()))
                .whenComplete((begun, failure) -> stream.run(() -> {
                    if (failure == null) {
                        begun(want, begun, greeting);
                    } else if (!stream.isEnding()) {
                        stream.later(() -> find(want, greeting));
                    }
                }));
    }

    /** On another thread. */
    private FamilyFeed joined(FamilyFeed feed) {
        joined.add(feed);
        if (stopped) {
            feed.leave(listener);
        }
        return feed;
    }

    private void begun(FamilyWant want, FamilyBeginning begun, Function<FamilyBeginning, ByteString> greeting) {
        if (begun.reset() != null) {
            sources.meters().resets.increment();
        }
        if (wanted.get(want.family()) == want) {
            Duration batchInterval =
                    sources.families().of(want.family()).hearing().batchInterval();
            FamilyTrack track =
                    new FamilyTrack(begun.feed(), begun.position(), view(want), batchInterval, this::isAllowed);
            tracks.put(want.family(), track);
            outflow.add(track, () -> read(track));
        } else if (!wanted.containsKey(want.family())) {
            begun.feed().leave(listener); // left again before it had begun
        }
        stream.speak(greeting.apply(begun));
        stream.drain();
    }

    private View view(FamilyWant want) {
        Login known = login;
        return known == null ? View.PLAIN : Views.of(known, sources.families().of(want.family()), want.filter());
    }

    /** Rules that deny are asked for every event, since a renewed login may have other rules. */
    private boolean isAllowed(ChannelName channel) {
        Login known = login;
        Access access = sources.access();
        return known != null
                && access.decide(known, Act.SUBSCRIBE, channel, sources.clock().instant()) instanceof Decision.Allowed;
    }

    void seeAs(Login renewed) {
        login = renewed;
        wanted.forEach((family, want) -> {
            FamilyTrack track = tracks.get(family);
            if (track != null) {
                track.seeThrough(view(want));
            }
        });
    }

    Map<String, View> views() {
        Map<String, View> views = new HashMap<>();
        wanted.forEach((family, want) -> views.put(family + ":*", view(want)));
        return views;
    }

    void leave(String family) {
        wanted.remove(family);
        FamilyTrack left = tracks.remove(family);
        if (left != null) {
            outflow.remove(left);
            joined.remove(left.feed());
            left.feed().leave(listener);
        }
    }

    /** The families that are followed, by name. */
    List<Look.Place> places() {
        return wanted.values().stream()
                .sorted(Comparator.comparing(FamilyWant::family))
                .map(want -> Look.Place.ofFamily(
                        want.family(),
                        want.filter().isNone() ? null : want.filter().toString()))
                .toList();
    }

    void hold(List<Held> into) {
        tracks.forEach((family, track) -> {
            FamilyWant want = wanted.get(family);
            if (want != null) {
                into.add(new Held(track.name(), want.filter().written(), track.begun(), false));
            }
        });
    }

    void stop() {
        stopped = true;
        joined.forEach(feed -> feed.leave(listener));
    }

    private void read(FamilyTrack track) {
        track.readingBegins();
        track.feed()
                .pageAfter(track.position())
                .whenComplete((page, failure) -> stream.run(() -> {
                    if (failure != null) {
                        stream.later(() -> {
                            track.readingFailed();
                            stream.drain();
                        });
                    } else if (outflow.has(track)) {
                        pageCame(track, page);
                    }
                }));
    }

    private void pageCame(FamilyTrack track, FamilyPage page) {
        if (!track.readingEnded(page)) {
            track.skipTo(page.oldest());
            sources.meters().resets.increment();
            stream.speak(wire.control(FamilyBeginning.resetOf(track.feed(), ResetReason.RETENTION), track.cursor()));
        }
        outflow.pageHasEnded();
        stream.drain();
    }
}
