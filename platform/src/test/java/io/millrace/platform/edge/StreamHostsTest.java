package io.millrace.platform.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.RunnableGraph;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What shares a host shares its turns and nothing else. One host, so that all of these do. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StreamHostsTest {
    private static final ActorSystem SYSTEM = ActorSystem.create(
            "hosts",
            ConfigFactory.parseString("pekko.loglevel = WARNING, pekko.coordinated-shutdown.exit-jvm = off")
                    .withFallback(ConfigFactory.load()));

    private final StreamHosts hosts = new StreamHosts(1, Materializer.createMaterializer(SYSTEM));

    @AfterAll
    static void stop() {
        SYSTEM.terminate();
        SYSTEM.getWhenTerminated().toCompletableFuture().join();
    }

    @Test
    void streamsRunSideBySideEachInItsOrder() {
        List<CompletableFuture<List<Integer>>> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            all.add(collect(Source.range(1, 500)));
        }
        assertThat(all).allSatisfy(each -> assertThat(each.join())
                .isEqualTo(IntStream.rangeClosed(1, 500).boxed().toList()));
    }

    @Test
    void aStreamThatFailsFailsAlone() {
        CompletableFuture<List<Integer>> before = collect(Source.tick(Duration.ZERO, Duration.ofMillis(5), 1)
                .take(40)
                .mapMaterializedValue(ticking -> NotUsed.getInstance()));
        CompletableFuture<List<Integer>> failing = collect(Source.range(1, 3).map(each -> each / (each - 2)));
        assertThat(failing).failsWithin(Duration.ofSeconds(10));
        assertThat(before.join()).hasSize(40);
        assertThat(collect(Source.range(1, 3)).join()).containsExactly(1, 2, 3);
    }

    @Test
    void aStreamThatCannotBeginIsToldOfAndTheOthersGoOn() {
        CompletableFuture<Done> told = new CompletableFuture<>();
        hosts.run(Source.fromGraph(new Unable()).to(Sink.ignore()), () -> told.complete(Done.done()));
        told.join();
        assertThat(collect(Source.range(1, 3)).join()).containsExactly(1, 2, 3);
    }

    @Test
    void aStreamThatAlwaysHasMoreLetsItsNeighboursHaveTheirTurn() {
        CompletableFuture<Done> ended = new CompletableFuture<>();
        Sink<Integer, NotUsed> untilEnded = Sink.<Integer>ignore().mapMaterializedValue(done -> NotUsed.getInstance());
        hosts.run(Source.repeat(1).takeWhile(each -> !ended.isDone()).to(untilEnded), () -> {});
        assertThat(collect(Source.range(1, 2000)).join()).hasSize(2000);
        ended.complete(Done.done());
    }

    @Test
    void aStreamIsCancelledAlsoBeforeItHasBegun() {
        SocketOut out = new SocketOut(
                new TcpSocket(SYSTEM.deadLetters(), new Swallowing(), new InetSocketAddress(1)),
                SYSTEM.deadLetters(),
                Duration.ofSeconds(1));
        out.cancel();
        CompletableFuture<Done> over = new CompletableFuture<>();
        hosts.run(
                Source.<ByteString>never()
                        .watchTermination((none, done) -> done.whenComplete((ok, failure) -> over.complete(ok)))
                        .to(Sink.fromGraph(out)),
                () -> {});
        over.join();
    }

    private CompletableFuture<List<Integer>> collect(Source<Integer, NotUsed> source) {
        CompletableFuture<List<Integer>> collected = new CompletableFuture<>();
        RunnableGraph<NotUsed> graph = source.toMat(Sink.seq(), Keep.right()).mapMaterializedValue(seq -> {
            seq.whenComplete((list, failure) -> {
                if (failure == null) {
                    collected.complete(list);
                } else {
                    collected.completeExceptionally(failure);
                }
            });
            return NotUsed.getInstance();
        });
        hosts.run(graph, () -> collected.completeExceptionally(new IllegalStateException("could not begin")));
        return collected;
    }

    private static final class Unable extends GraphStage<SourceShape<Integer>> {
        private final SourceShape<Integer> shape = SourceShape.of(Outlet.create("Unable.out"));

        @Override
        public SourceShape<Integer> shape() {
            return shape;
        }

        @Override
        public GraphStageLogic createLogic(Attributes attributes) {
            throw new IllegalStateException("unable");
        }
    }

    private static final class Swallowing implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) {
            int size = bytes.remaining();
            bytes.position(bytes.limit());
            return size;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
