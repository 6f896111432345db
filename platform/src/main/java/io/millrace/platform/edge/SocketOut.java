package io.millrace.platform.edge;

import java.time.Duration;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.io.Tcp;
import org.apache.pekko.io.TcpMessage;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.SinkShape;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.InHandler;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;
import scala.runtime.BoxedUnit;

/**
 * Writes a stream to a socket's TCP actor, one write in flight: the next is pulled when the kernel has taken the last one
 * whole. The acknowledgement comes straight back to this stage, so a delivery costs three mailboxes: this stream's when it
 * is woken, the TCP actor's for the write, and this stream's again for the answer.
 *
 * <p>Tells the socket's owner that it is {@link Running}, and how it ended, once: {@link Written} when all is with the
 * kernel, {@link Broken} otherwise.
 */
final class SocketOut extends AbstractGraphStageWithMaterializedValue<SinkShape<ByteString>, SocketOut.Handle> {

    /** Ends the stream from outside: the peer has gone. */
    interface Handle {
        void cancel();
    }

    /** Every stage of the stream has begun. */
    record Running(SocketOut by) {}

    /** The stream has completed and everything is written. */
    record Written(SocketOut by) {}

    /** The stream has failed, or its last bytes were not taken in time. */
    record Broken(SocketOut by) {}

    private enum Ack implements Tcp.Event {
        TAKEN
    }

    private static final String FLUSH_OVER = "flush";

    private final Inlet<ByteString> in = Inlet.create("SocketOut.in");
    private final SinkShape<ByteString> shape = SinkShape.of(in);
    private final ActorRef connection;
    private final ActorRef owner;
    private final Duration flush;

    /** @param flush how long the last write may take after the stream has completed */
    SocketOut(ActorRef connection, ActorRef owner, Duration flush) {
        this.connection = connection;
        this.owner = owner;
        this.flush = flush;
    }

    @Override
    public SinkShape<ByteString> shape() {
        return shape;
    }

    @Override
    public Pair<GraphStageLogic, Handle> createLogicAndMaterializedValuePair(Attributes attributes) {
        Logic logic = new Logic();
        return Pair.create(logic, logic);
    }

    private final class Logic extends TimerGraphStageLogic implements InHandler, Handle {
        private final AsyncCallback<Logic> cancelled = createAsyncCallback(Logic::completeStage);
        private final AsyncCallback<Object> telling = createAsyncCallback(this::tell);
        private @Nullable ActorRef self;
        private boolean inFlight;
        private boolean completed;

        Logic() {
            super(shape);
            setHandler(in, this);
        }

        @Override
        public void preStart() {
            self = getStageActor(this::hear).ref();
            pull(in);
            telling.invoke(new Running(SocketOut.this)); // comes back when all stages have begun
        }

        @Override
        public void cancel() {
            cancelled.invoke(this);
        }

        @Override
        public void onPush() {
            inFlight = true;
            connection.tell(TcpMessage.write(grab(in), Ack.TAKEN), self);
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
                scheduleOnce(FLUSH_OVER, flush);
            } else {
                end(new Written(SocketOut.this));
            }
        }

        @Override
        public void onUpstreamFailure(Throwable failure) {
            end(new Broken(SocketOut.this));
        }

        @Override
        public void onTimer(Object timer) {
            end(new Broken(SocketOut.this));
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
