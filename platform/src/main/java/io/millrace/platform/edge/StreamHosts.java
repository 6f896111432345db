package io.millrace.platform.edge;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.ActorAttributes;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.ClosedShape;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.RunnableGraph;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs event streams side by side in a few actors, instead of in an actor each. A stream is still a graph of its own, with an
 * end of its own; but when one event wakes thousands, a few mailboxes are scheduled and not thousands.
 *
 * <pre>
 *   host 1 (an actor)   stream  stream  stream …      what wakes a stream is a message to its host
 *   host 2              stream  stream  stream …
 * </pre>
 */
final class StreamHosts {

    /** An end of a host that any thread may use. */
    private interface Host {
        void take(Hosted stream);
    }

    private record Hosted(RunnableGraph<?> graph, Runnable failed) {}

    private static final Logger LOG = LoggerFactory.getLogger(StreamHosts.class);

    /** Steps a stream that always has more takes before its neighbours have their turn; a write takes three. */
    private static final int STEPS_IN_A_ROW = 100;

    private final Materializer materializer;
    private final List<Host> hosts;
    private final AtomicInteger next = new AtomicInteger();

    StreamHosts(int count, Materializer materializer) {
        this.materializer = materializer;
        RunnableGraph<Host> host = RunnableGraph.fromGraph(new HostStage())
                .addAttributes(ActorAttributes.syncProcessingLimit(STEPS_IN_A_ROW));
        this.hosts = Stream.generate(() -> host.run(materializer)).limit(count).toList();
    }

    /** Gives what it runs an actor of its own. */
    Materializer materializer() {
        return materializer;
    }

    /** @param failed told, on any thread, where the stream couldn't begin */
    void run(RunnableGraph<?> graph, Runnable failed) {
        int turn = Math.floorMod(next.getAndIncrement(), hosts.size());
        hosts.get(turn).take(new Hosted(graph, failed));
    }

    private static final class HostStage extends AbstractGraphStageWithMaterializedValue<ClosedShape, Host> {
        @Override
        public ClosedShape shape() {
            return ClosedShape.getInstance();
        }

        @Override
        public Pair<GraphStageLogic, Host> createLogicAndMaterializedValuePair(Attributes attributes) {
            Logic logic = new Logic(shape());
            return Pair.create(logic, logic);
        }
    }

    private static final class Logic extends GraphStageLogic implements Host {
        private final AsyncCallback<Hosted> taken = createAsyncCallback(this::begin);

        Logic(ClosedShape shape) {
            super(shape);
        }

        @Override
        public void preStart() {
            setKeepGoing(true); // it has no ports, and would be over
        }

        @Override
        public void take(Hosted stream) {
            taken.invoke(stream);
        }

        private void begin(Hosted stream) {
            try {
                stream.graph().run(subFusingMaterializer());
            } catch (RuntimeException failure) {
                LOG.error("An event stream couldn't begin. The others go on.", failure);
                stream.failed().run();
            }
        }
    }
}
