package io.millrace.platform.connection;

import io.millrace.platform.access.Access;
import io.millrace.platform.access.Login;
import io.millrace.platform.family.Families;
import io.millrace.platform.relay.FamilyFeeds;
import io.millrace.platform.relay.Listener;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Control;
import io.millrace.protocol.Refusal;
import io.millrace.protocol.View;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
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
 * A connection's Source: everything that goes out to one client comes from here, in one order: {@link Words} before the
 * events of its {@link Tracks}. There is no queue of events; each channel's {@link Track} knows where the next one is, and
 * a pull takes all that waits, up to a write's size. While the socket takes nothing, nothing is read and nothing is kept.
 *
 * <p>It sleeps when there is nothing to send. A relay wakes it at most once until it has looked again: {@code armed} is set
 * before the last look and cleared by the first wake, so no wake is lost and none is wasted.
 */
final class Delivery extends GraphStage<SourceShape<ByteString>> {

    /** What becomes known of the stream. */
    interface Observer {
        void lineIsUp(Line line);

        /** The channel's end has gone out to a client that stays; it is no longer followed. */
        void channelIsOver(ChannelName channel);

        /** The stream has ended; {@code code} is its own reason, null where the client left. */
        void lineIsDown(@Nullable Code code, Followed followed);
    }

    /** What the events of any connection come from, and where they are counted. */
    record Sources(
            Relays relays, FamilyFeeds feeds, Families families, Access access, Clock clock, ConnectionMeters meters) {}

    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_WORD_GRACE = Duration.ofSeconds(3);
    private static final String HEARTBEAT = "heartbeat";
    private static final String PONG_DUE = "pong";
    private static final String GRACE_OVER = "grace";
    private static final String DRAIN = "drain";

    private final Outlet<ByteString> out = Outlet.create("Delivery.out");
    private final SourceShape<ByteString> shape = SourceShape.of(out);
    private final Wire wire;
    private final Form form;
    private final Sources sources;
    private final ConnectionSettings settings;
    private final Observer observer;

    Delivery(Wire wire, Form form, Sources sources, ConnectionSettings settings, Observer observer) {
        this.wire = wire;
        this.form = form;
        this.sources = sources;
        this.settings = settings;
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

    private final class Logic extends TimerGraphStageLogic
            implements OutHandler, Listener, Line, Tracks.Stream, Outflow.Stream {
        private final AtomicBoolean armed = new AtomicBoolean();
        private final AsyncCallback<Runnable> run = createAsyncCallback(Runnable::run);
        private final AsyncCallback<Logic> woken = createAsyncCallback(Logic::drain);
        private final ConnectionSettings.Limits limits = settings.limits();
        private final Words words = new Words(limits.controlBytes());
        private final Outflow outflow = new Outflow(wire, form, limits.writeBytes(), sources.meters(), this);
        private final Tracks tracks = new Tracks(wire, sources, this, this, outflow);
        /** Null until a whole family is followed, which few connections do. */
        private @Nullable FamilyTracks families;
        /** Goes in front of the first word, in the same write. */
        private ByteString opening = ByteString.emptyByteString();

        private long drainNanos;
        private boolean awaitingPong;
        private long pushedNanos = System.nanoTime();
        private int pushedBytes;
        private boolean gatheredEvents;
        private long eventNanos = pushedNanos;
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
            Duration beat = wire.isStream()
                    ? settings.heartbeat().sse()
                    : settings.heartbeat().webSocketPing();
            scheduleWithFixedDelay(HEARTBEAT, beat, beat);
            observer.lineIsUp(this);
        }

        @Override
        public void postStop() {
            tracks.stop();
            if (families != null) {
                families.stop();
            }
            observer.lineIsDown(endedBy, followed());
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
            run(() -> abort(Code.CHANNEL_UNAVAILABLE));
        }

        @Override
        public void say(ByteString bytes) {
            run(() -> speak(bytes));
        }

        @Override
        public void follow(Login login, List<Want> wants, Function<Greeting, ByteString> greeting) {
            run(() -> tracks.begin(login, wants, greeting));
        }

        @Override
        public void followFamily(Login login, FamilyWant want, Function<FamilyBeginning, ByteString> greeting) {
            run(() -> families().begin(login, want, greeting));
        }

        private FamilyTracks families() {
            FamilyTracks begun = families;
            if (begun == null) {
                begun = new FamilyTracks(wire, sources, this, this, outflow);
                families = begun;
            }
            return begun;
        }

        @Override
        public void unfollowFamily(String family, ByteString goodbye) {
            run(() -> {
                families().leave(family);
                speak(goodbye);
            });
        }

        @Override
        public void write(Form form) {
            run(() -> outflow.write(form));
        }

        @Override
        public void seeAs(Login renewed) {
            run(() -> {
                tracks.seeAs(renewed);
                if (families != null) {
                    families.seeAs(renewed);
                }
            });
        }

        @Override
        public void unfollow(ChannelName channel, ByteString goodbye) {
            run(() -> {
                tracks.leave(channel);
                speak(goodbye);
            });
        }

        @Override
        public void look(Consumer<Look> onlooker) {
            run(() -> {
                Map<String, View> views = new HashMap<>(tracks.views());
                if (families != null) {
                    views.putAll(families.views());
                }
                long buffered = words.bytes() + (isAvailable(out) ? 0 : pushedBytes);
                onlooker.accept(new Look(places(), buffered, eventNanos, views));
            });
        }

        private List<Look.Place> places() {
            List<Look.Place> places = new ArrayList<>(tracks.places());
            if (families != null) {
                places.addAll(families.places());
            }
            return places;
        }

        @Override
        public void hold(Consumer<Followed> taker) {
            run(() -> taker.accept(followed()));
        }

        private Followed followed() {
            List<Held> held = new ArrayList<>();
            tracks.hold(held);
            if (families != null) {
                families.hold(held);
            }
            return new Followed(outflow.form(), held);
        }

        @Override
        public void alive() {
            run(() -> awaitingPong = false);
        }

        @Override
        public void end(Control lastWord, Code code) {
            run(() -> finish(lastWord, code));
        }

        @Override
        public void hangUp(int closeCode) {
            run(() -> lastWords(wire.hangsUp(closeCode)));
        }

        @Override
        public void run(Runnable then) {
            run.invoke(then);
        }

        // out

        @Override
        public void onPull() {
            drain();
        }

        /** Hands on all that waits, words before events, or goes to sleep. */
        @Override
        public void drain() {
            while (isAvailable(out)) {
                ByteString bytes = gather();
                if (!bytes.isEmpty()) {
                    pushedNanos = System.nanoTime();
                    eventNanos = gatheredEvents ? pushedNanos : eventNanos;
                    pushedBytes = bytes.length();
                    push(out, bytes);
                }
                if (words.areOver()) {
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
            if (words.areWaiting()) {
                bytes.add(opening);
                opening = ByteString.emptyByteString();
            }
            words.takeAll(bytes);
            int before = bytes.length();
            if (!words.areEnding()) {
                outflow.gather(bytes);
            }
            gatheredEvents = bytes.length() > before;
            return bytes.result();
        }

        private boolean hasMore() {
            return words.areWaiting() || words.areEnding() || outflow.haveMore();
        }

        @Override
        public void isComplete() {
            if (words.addLast(ByteString.emptyByteString())) {
                endedBy = Code.COMPLETE;
            }
        }

        @Override
        public void channelIsOver(ChannelName channel) {
            tracks.leave(channel);
            observer.channelIsOver(channel);
        }

        @Override
        public void isCutOff() {
            run(() -> finish(new Control.Problem(Refusal.of(Code.SLOW_CLIENT)), Code.SLOW_CLIENT));
        }

        @Override
        public void speak(ByteString bytes) {
            if (words.areEnding()) {
                return;
            }
            if (words.add(bytes)) {
                drain();
            } else {
                abort(Code.SLOW_CLIENT);
            }
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
            } else if (timer.equals(DRAIN)) {
                drain();
            } else {
                heartbeat();
            }
        }

        @Override
        public void drainAfter(Duration pause) {
            long due = System.nanoTime() + pause.toNanos();
            if (!isTimerActive(DRAIN) || due - drainNanos < 0) {
                drainNanos = due;
                scheduleOnce(DRAIN, pause);
            }
        }

        private void heartbeat() {
            long silent = System.nanoTime() - pushedNanos;
            if (!isAvailable(out) && silent > limits.stall().toNanos()) {
                abort(Code.SLOW_CLIENT);
            } else if (!wire.isStream()) {
                awaitingPong = true;
                scheduleOnce(PONG_DUE, settings.heartbeat().pongTimeout());
                speak(wire.heartbeat());
            } else if (isAvailable(out)) {
                speak(wire.heartbeat());
            }
        }

        @Override
        public void finish(Control lastWord, Code code) {
            if (!words.areEnding()) {
                endedBy = code;
                lastWords(wire.control(lastWord, null).concat(wire.end(code)));
            }
        }

        private void lastWords(ByteString bytes) {
            if (words.addLast(bytes)) {
                scheduleOnce(GRACE_OVER, LAST_WORD_GRACE);
                drain();
            }
        }

        @Override
        public void later(Runnable then) {
            CompletableFuture.delayedExecutor(RETRY.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> run(then));
        }

        @Override
        public boolean isEnding() {
            return words.areEnding();
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
