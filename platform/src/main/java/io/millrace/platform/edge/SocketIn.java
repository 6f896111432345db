package io.millrace.platform.edge;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.io.TcpMessage;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.OutHandler;
import org.apache.pekko.util.ByteString;

/** What a socket's owner reads, as a stream. The socket is read when the stream asks, so no more than one read waits. */
final class SocketIn extends AbstractGraphStageWithMaterializedValue<SourceShape<ByteString>, SocketIn.Handle> {

    /** The owner's end. */
    interface Handle {
        void offer(ByteString bytes);

        void complete();
    }

    private final Outlet<ByteString> out = Outlet.create("SocketIn.out");
    private final SourceShape<ByteString> shape = SourceShape.of(out);
    private final ActorRef connection;

    SocketIn(ActorRef connection) {
        this.connection = connection;
    }

    @Override
    public SourceShape<ByteString> shape() {
        return shape;
    }

    @Override
    public Pair<GraphStageLogic, Handle> createLogicAndMaterializedValuePair(Attributes attributes) {
        Logic logic = new Logic();
        return Pair.create(logic, logic);
    }

    private final class Logic extends GraphStageLogic implements OutHandler, Handle {
        private final AsyncCallback<ByteString> offered = createAsyncCallback(this::take);
        private final AsyncCallback<Logic> completed = createAsyncCallback(Logic::finish);
        private final Deque<ByteString> waiting = new ArrayDeque<>(1);
        private boolean finishing;

        Logic() {
            super(shape);
            setHandler(out, this);
        }

        @Override
        public void offer(ByteString bytes) {
            offered.invoke(bytes);
        }

        @Override
        public void complete() {
            completed.invoke(this);
        }

        @Override
        public void onPull() {
            ByteString bytes = waiting.poll();
            if (bytes == null) {
                connection.tell(TcpMessage.resumeReading(), ActorRef.noSender());
                return;
            }
            push(out, bytes);
            if (finishing && waiting.isEmpty()) {
                completeStage();
            }
        }

        private void take(ByteString bytes) {
            if (isAvailable(out)) {
                push(out, bytes);
            } else {
                waiting.add(bytes);
            }
        }

        private void finish() {
            finishing = true;
            if (waiting.isEmpty()) {
                completeStage();
            }
        }
    }
}
