package io.millrace.platform.edge;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BidiShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Fails the stream of a socket whose peer takes too long: a request's head that doesn't come to its end, however often a
 * byte of it does (the handshake of TLS is part of the first one); no request at all; no byte in either direction. A stream
 * that is carried in a response has all the time it wants.
 *
 * <pre>
 *   socket --&gt; in --&gt; HTTP
 *   socket &lt;-- out &lt;-- HTTP
 * </pre>
 */
final class Patience extends GraphStage<BidiShape<ByteString, ByteString, ByteString, ByteString>> {
    /** How long it is. Looked at four times in the shorter of the two, so each may be a quarter longer. */
    record Limits(Duration head, Duration idle) {
        private Duration look() {
            Duration shorter = head.compareTo(idle) < 0 ? head : idle;
            return shorter.dividedBy(4);
        }
    }

    private static final long NONE = Long.MIN_VALUE;
    private static final String LOOK = "look";

    private final Inlet<ByteString> answers = Inlet.create("Patience.answers");
    private final Outlet<ByteString> toSocket = Outlet.create("Patience.toSocket");
    private final Inlet<ByteString> fromSocket = Inlet.create("Patience.fromSocket");
    private final Outlet<ByteString> asked = Outlet.create("Patience.asked");
    private final BidiShape<ByteString, ByteString, ByteString, ByteString> shape =
            new BidiShape<>(answers, toSocket, fromSocket, asked);
    private final Limits limits;
    private final Requests requests;
    private final boolean multiplexed;

    private Patience(Limits limits, Requests requests, boolean multiplexed) {
        this.limits = limits;
        this.requests = requests;
        this.multiplexed = multiplexed;
    }

    /** @param multiplexed whether bytes that belong to no request may come between two (HTTP/2) */
    static BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> with(
            Limits limits, Requests requests, boolean multiplexed) {
        return BidiFlow.fromGraph(new Patience(limits, requests, multiplexed));
    }

    @Override
    public BidiShape<ByteString, ByteString, ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic {
        private long lastByte = System.nanoTime();
        private long headSince = lastByte;
        private int headAfter;

        Logic() {
            super(shape);
            pass(answers, toSocket, () -> {});
            pass(fromSocket, asked, this::heard);
        }

        @Override
        public void preStart() {
            scheduleAtFixedRate(LOOK, limits.look(), limits.look());
        }

        private void heard() {
            boolean heads = !multiplexed || requests.begun() == 0;
            if (requests.areOpen() || !heads) {
                headSince = NONE;
            } else if (headSince == NONE || headAfter != requests.begun()) {
                headSince = lastByte;
                headAfter = requests.begun();
            }
        }

        @Override
        public void onTimer(Object timer) {
            long now = System.nanoTime();
            boolean waits = headSince != NONE && headAfter == requests.begun();
            if (waits && now - headSince > limits.head().toNanos()) {
                failStage(new TimeoutException("a request's head takes too long"));
            } else if (requests.areStreams()) {
                return; // they have heartbeats and limits of their own
            } else if (now - lastByte > limits.idle().toNanos()) {
                failStage(new TimeoutException("nothing comes or goes"));
            } else if (!requests.areOpen()
                    && now - requests.quietSince() > limits.idle().toNanos()) {
                failStage(new TimeoutException("nothing is asked"));
            }
        }

        private void pass(Inlet<ByteString> in, Outlet<ByteString> out, Runnable seen) {
            setHandler(in, new AbstractInHandler() {
                @Override
                public void onPush() {
                    lastByte = System.nanoTime();
                    seen.run();
                    push(out, grab(in));
                }

                @Override
                public void onUpstreamFinish() {
                    complete(out);
                }
            });
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    pull(in);
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    cancel(in, cause);
                }
            });
        }
    }
}
