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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.OutHandler;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A connection's Source: everything that goes out to one client comes from here, in one order. There is no queue of
 * events; each channel's {@link Track} knows where the next one is, and a pull takes all that waits, up to a write's size.
 * While the socket takes nothing, nothing is read and nothing is kept.
 *
 * <p>It sleeps when there is nothing to send. A relay wakes it at most once until it has looked again: {@code armed} is set
 * before the last look and cleared by the first wake, so no wake is lost and none is wasted.
 */
final class Delivery extends GraphStage<SourceShape<ByteString>> {

    /** What becomes known of the stream. */
    interface Observer {
        void lineIsUp(Line line);

        /** The stream has ended; {@code code} is its own reason, null where the client left. */
        void lineIsDown(@Nullable Code code);
    }

    private static final Duration RETRY_READING = Duration.ofSeconds(1);
    private static final Duration LAST_WORD_GRACE = Duration.ofSeconds(3);
    private static final String HEARTBEAT = "heartbeat";
    private static final String PONG_DUE = "pong";
    private static final String GRACE_OVER = "grace";

    private final Outlet<ByteString> out = Outlet.create("Delivery.out");
    private final SourceShape<ByteString> shape = SourceShape.of(out);
    private final Wire wire;
    private final Relays relays;
    private final ConnectionSettings settings;
    private final ConnectionMeters meters;
    private final Observer observer;

    Delivery(Wire wire, Relays relays, ConnectionSettings settings, ConnectionMeters meters, Observer observer) {
        this.wire = wire;
        this.relays = relays;
        this.settings = settings;
        this.meters = meters;
        this.observer = observer;
    }

    @Override
    public SourceShape<ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic implements OutHandler, Listener, Line {
        private final AtomicBoolean armed = new AtomicBoolean();
        private final AsyncCallback<Runnable> run = createAsyncCallback(Runnable::run);
        private final AsyncCallback<Logic> woken = createAsyncCallback(Logic::drain);
        private final SortedMap<ChannelName, Track> tracks = new TreeMap<>();
        private @Nullable CursorGroup standing;
        private final Set<Feed> joined = new CopyOnWriteArraySet<>(); // mostly of one, on every connection
        private volatile boolean stopped;
        private final Deque<ByteString> words = new ArrayDeque<>();
        private long wordBytes;
        /** Goes in front of the first word, in the same write. */
        private ByteString opening = ByteString.emptyByteString();

        private int turn;
        private boolean ending;
        private boolean awaitingPong;
        private long pushedNanos = System.nanoTime();
        private @Nullable Code endedBy;

        Logic() {
            super(shape);
            setHandler(out, this);
        }

        @Override
        public void preStart() {
            ConnectionSettings.Reconnect reconnect = settings.reconnect();
            long retry = ThreadLocalRandom.current()
                    .nextLong(reconnect.min().toMillis(), reconnect.max().toMillis() + 1);
            opening = wire.opening(Duration.ofMillis(retry));
            Duration beat = wire == Wire.SSE
                    ? settings.heartbeat().sse()
                    : settings.heartbeat().webSocketPing();
            scheduleWithFixedDelay(HEARTBEAT, beat, beat);
            observer.lineIsUp(this);
        }

        @Override
        public void postStop() {
            stopped = true;
            joined.forEach(feed -> feed.leave(this));
            observer.lineIsDown(endedBy);
        }

        // from the relay and the actor, on their threads

        @Override
        public void wake() {
            if (armed.compareAndSet(true, false)) {
                woken.invoke(this);
            }
        }

        @Override
        public void lost() {
            run.invoke(() -> abort(Code.CHANNEL_UNAVAILABLE));
        }

        @Override
        public void say(ByteString bytes) {
            run.invoke(() -> speak(bytes));
        }

        @Override
        public void follow(List<Want> wants, Function<Greeting, ByteString> greeting) {
            run.invoke(() -> begin(wants, greeting));
        }

        @Override
        public void unfollow(ChannelName channel, ByteString goodbye) {
            run.invoke(() -> {
                Track left = tracks.remove(channel);
                standing = null;
                if (left != null) {
                    joined.remove(left.feed());
                    left.feed().leave(this);
                }
                speak(goodbye);
            });
        }

        @Override
        public void alive() {
            run.invoke(() -> awaitingPong = false);
        }

        @Override
        public void end(Control lastWord, Code code) {
            run.invoke(() -> finish(lastWord, code));
        }

        @Override
        public void hangUp(int closeCode) {
            run.invoke(() -> lastWords(wire.end(closeCode, "")));
        }

        // out

        @Override
        public void onPull() {
            drain();
        }

        /** Hands on all that waits, words before events, or goes to sleep. */
        private void drain() {
            while (isAvailable(out)) {
                ByteString bytes = gather();
                if (!bytes.isEmpty()) {
                    pushedNanos = System.nanoTime();
                    push(out, bytes);
                }
                if (ending && words.isEmpty()) {
                    complete(out);
                    return;
                }
                if (bytes.isEmpty()) {
                    armed.set(true);
                    if (!hasMore() || !armed.compareAndSet(true, false)) {
                        return;
                    }
                }
            }
        }

        private ByteString gather() {
            Gathered bytes = new Gathered();
            for (ByteString word = words.poll(); word != null; word = words.poll()) {
                bytes.add(word);
            }
            wordBytes = 0;
            if (!ending) {
                gatherEvents(bytes);
            }
            return bytes.result();
        }

        private void gatherEvents(Gathered bytes) {
            int events = 0;
            int size = tracks.size();
            if (size == 1) {
                events = gatherFrom(tracks.values().iterator().next(), bytes);
            } else if (size > 1) {
                List<Track> inTurn = new ArrayList<>(tracks.values());
                turn++;
                for (int i = 0; i < size && bytes.length() < settings.limits().writeBytes(); i++) {
                    events += gatherFrom(inTurn.get((turn + i) % size), bytes);
                }
            }
            if (events > 0) {
                meters.delivered(events);
            }
        }

        private int gatherFrom(Track track, Gathered bytes) {
            int events = 0;
            boolean wasLive = track.isLive();
            while (bytes.length() < settings.limits().writeBytes()) {
                EncodedEvent event = track.next();
                if (event == null) {
                    break;
                }
                bytes.add(wire.event(event, cursorAfter(track)));
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

        private boolean hasMore() {
            if (!words.isEmpty() || ending) {
                return true;
            }
            for (Track track : tracks.values()) {
                if (track.hasMore()) {
                    return true;
                }
            }
            return false;
        }

        private void speak(ByteString bytes) {
            if (ending) {
                return;
            }
            addWord(bytes);
            wordBytes += bytes.size();
            if (wordBytes > settings.limits().controlBytes()) {
                abort(Code.SLOW_CLIENT);
            } else {
                drain();
            }
        }

        private void addWord(ByteString bytes) {
            if (!opening.isEmpty()) {
                words.add(opening);
                opening = ByteString.emptyByteString();
            }
            words.add(bytes);
        }

        // channels

        private void begin(List<Want> wants, Function<Greeting, ByteString> greeting) {
            List<CompletableFuture<Beginning>> finding = wants.stream()
                    .map(want -> relays.join(want.channel(), this)
                            .thenCompose(feed -> Beginning.find(joined(feed), want))
                            .toCompletableFuture())
                    .toList();
            CompletableFuture.allOf(finding.toArray(CompletableFuture[]::new))
                    .whenComplete((done, failure) -> run.invoke(() -> {
                        if (failure == null) {
                            begun(finding.stream().map(CompletableFuture::join).toList(), greeting);
                        } else if (!ending) {
                            later(() -> begin(wants, greeting));
                        }
                    }));
        }

        /** On another thread. A feed that is joined as the stream ends is left by whichever of the two comes later. */
        private Feed joined(Feed feed) {
            joined.add(feed);
            if (stopped) {
                feed.leave(this);
            }
            return feed;
        }

        private void begun(List<Beginning> beginnings, Function<Greeting, ByteString> greeting) {
            for (Beginning begun : beginnings) {
                tracks.put(begun.feed().channel(), new Track(begun.feed(), begun.position()));
                if (begun.reset() != null) {
                    meters.resets.increment();
                }
            }
            standing = null;
            speak(greeting.apply(new Greeting(beginnings, cursor())));
            drain();
        }

        private void read(Track track) {
            track.readingBegins();
            CompletionStage<EncodedPage> page = track.feed().pageAfter(track.position());
            page.whenComplete((read, failure) -> run.invoke(() -> {
                if (failure != null) {
                    later(() -> {
                        track.readingFailed();
                        drain();
                    });
                } else if (tracks.get(track.feed().channel()) == track) {
                    pageCame(track, read);
                }
            }));
        }

        private void pageCame(Track track, EncodedPage page) {
            if (!track.readingEnded(page)) {
                long requested = track.position();
                long oldest = page.bounds().availableFrom();
                if (oldest > requested + 1) {
                    track.skipTo(oldest - 1);
                    meters.resets.increment();
                    Position asked = new Position(track.feed().epoch(), requested);
                    Control reset = Beginning.resetOf(track.feed(), asked, page.bounds(), ResetReason.RETENTION);
                    speak(wire.control(reset, cursor()));
                } else if (page.bounds().head() > requested) {
                    finish(new Control.Problem(Refusal.of(Code.INTERNAL_ERROR)), Code.INTERNAL_ERROR);
                    return;
                } else {
                    track.readingBegins(); // the journal ends here while the live list is further on: look again soon
                    later(() -> {
                        track.readingFailed();
                        drain();
                    });
                }
            }
            drain();
        }

        private void later(Runnable then) {
            CompletableFuture.delayedExecutor(RETRY_READING.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> run.invoke(then));
        }

        // time and the end

        @Override
        public void onTimer(Object timer) {
            if (timer.equals(GRACE_OVER)) {
                failStage(new LineAborted("the last word was not taken"));
            } else if (timer.equals(PONG_DUE)) {
                if (awaitingPong) {
                    finish(new Control.Problem(Refusal.of(Code.PONG_TIMEOUT)), Code.PONG_TIMEOUT);
                }
            } else {
                heartbeat();
            }
        }

        private void heartbeat() {
            long silent = System.nanoTime() - pushedNanos;
            if (!isAvailable(out) && silent > settings.limits().stall().toNanos()) {
                abort(Code.SLOW_CLIENT);
            } else if (wire == Wire.WEBSOCKET) {
                awaitingPong = true;
                scheduleOnce(PONG_DUE, settings.heartbeat().pongTimeout());
                speak(wire.heartbeat());
            } else if (isAvailable(out)) {
                speak(wire.heartbeat());
            }
        }

        private void finish(Control lastWord, Code code) {
            if (ending) {
                return;
            }
            endedBy = code;
            lastWords(wire.control(lastWord, null).concat(wire.end(code.closeCode(), code.code())));
        }

        private void lastWords(ByteString bytes) {
            if (!ending) {
                addWord(bytes);
                ending = true;
                scheduleOnce(GRACE_OVER, LAST_WORD_GRACE);
                drain();
            }
        }

        private void abort(Code code) {
            endedBy = code;
            failStage(new LineAborted(code.code()));
        }
    }

    /** Ends a line whose client takes nothing any more, so that the socket is reset rather than flushed. */
    static final class LineAborted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LineAborted(String why) {
            super(why, null, false, false);
        }
    }
}
