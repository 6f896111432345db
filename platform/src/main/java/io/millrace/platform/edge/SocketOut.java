package io.millrace.platform.edge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.io.Tcp;
import org.apache.pekko.io.TcpMessage;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.SinkShape;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.InHandler;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;
import scala.runtime.BoxedUnit;

/**
 * Writes a stream to a socket, on the stream's own turn: a delivery costs one message, which wakes the stream. What
 * the kernel has no room for goes to the TCP actor, which waits for that; the next is pulled when all of it is taken, so no
 * more than one write waits.
 *
 * <p>Tells the socket's owner that it is {@link Running}, and how it ended, once: {@link Written} when all is with the
 * kernel, {@link Broken} otherwise.
 */
final class SocketOut extends GraphStage<SinkShape<ByteString>> {

    /** Every stage of the stream has begun. */
    record Running(SocketOut by) {}

    /** The stream has completed and everything is written. */
    record Written(SocketOut by) {}

    /** The stream has failed, or its last bytes were not taken in time. */
    record Broken(SocketOut by) {}

    private enum Ack implements Tcp.Event {
        TAKEN
    }

    private final Inlet<ByteString> in = Inlet.create("SocketOut.in");
    private final SinkShape<ByteString> shape = SinkShape.of(in);
    private final TcpSocket socket;
    private final ActorRef owner;
    private final Duration flush;
    private volatile @Nullable Logic logic;
    private volatile boolean cancelled;

    /** @param flush how long the last write may take after the stream has completed */
    SocketOut(TcpSocket socket, ActorRef owner, Duration flush) {
        this.socket = socket;
        this.owner = owner;
        this.flush = flush;
    }

    @Override
    public SinkShape<ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    /** Ends the stream from outside, also before it has begun: the peer has gone. */
    void cancel() {
        cancelled = true;
        Logic running = logic;
        if (running != null) {
            running.cancel();
        }
    }

    private final class Logic extends GraphStageLogic implements InHandler {
        private final AsyncCallback<Runnable> run = createAsyncCallback(Runnable::run);
        private @Nullable Cancellable flushing;
        private boolean inFlight;
        private boolean completed;

        Logic() {
            super(shape);
            setHandler(in, this);
        }

        @Override
        public void preStart() {
            logic = this;
            if (cancelled) {
                completeStage();
                return;
            }
            pull(in);
            run.invoke(() -> tell(new Running(SocketOut.this))); // comes back when all stages have begun
        }

        void cancel() {
            run.invoke(this::completeStage);
        }

        @Override
        public void onPush() {
            ByteString bytes = grab(in);
            ByteBuffer buffer = bytes.asByteBuffer();
            try {
                socket.channel().write(buffer);
            } catch (IOException gone) {
                end(new Broken(SocketOut.this));
                return;
            }
            if (buffer.hasRemaining()) {
                inFlight = true;
                socket.actor()
                        .tell(
                                TcpMessage.write(bytes.drop(buffer.position()), Ack.TAKEN),
                                getStageActor(this::hear).ref());
            } else {
                pull(in);
            }
        }

        private BoxedUnit hear(Tuple2<ActorRef, Object> message) {
            if (message._2() == Ack.TAKEN) {
                inFlight = false;
                if (completed) {
                    end(new Written(SocketOut.this));
                } else {
                    pull(in);
                }
            } else if (message._2() instanceof Tcp.CommandFailed) {
                end(new Broken(SocketOut.this));
            }
            return BoxedUnit.UNIT;
        }

        @Override
        public void onUpstreamFinish() {
            if (inFlight) {
                completed = true;
                setKeepGoing(true);
                flushing = materializer()
                        .system()
                        .scheduler()
                        .scheduleOnce(flush, this::flushIsOver, materializer().executionContext());
            } else {
                end(new Written(SocketOut.this));
            }
        }

        @Override
        public void onUpstreamFailure(Throwable failure) {
            end(new Broken(SocketOut.this));
        }

        private void flushIsOver() {
            run.invoke(() -> end(new Broken(SocketOut.this)));
        }

        @Override
        public void postStop() {
            if (flushing != null) {
                flushing.cancel();
            }
        }

        private void end(Object outcome) {
            tell(outcome);
            completeStage();
        }

        private void tell(Object what) {
            owner.tell(what, ActorRef.noSender());
        }
    }
}
