package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The load generator against servers that are up: it finds nothing wrong where nothing is, and a dropped event. */
class AgainstRealServersTest {
    private static final int SUBSCRIBERS = 20;

    @ParameterizedTest
    @ValueSource(strings = {"sse", "ws"})
    void theFloorLosesNothing(String transport) {
        Outcome outcome = fanout(floor(0), transport);

        assertThat(outcome.faults()).isEmpty();
        assertThat(outcome.get(Figure.DELIVERIES)).contains(SUBSCRIBERS * 30.0);
        assertThat(outcome.get(Figure.P99)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sse", "ws"})
    void aDroppedDeliveryIsFound(String transport) {
        Outcome outcome = fanout(floor(97), transport);

        assertThat(outcome.sound()).isFalse();
        assertThat(outcome.get(Figure.LOST).orElse(0.0)).isPositive();
    }

    @Test
    void theSearchForTheTopRateEnds() {
        Crowd.Settings crowd = crowd(floor(0), "sse", 4);

        Outcome outcome = TopRate.run(new TopRate.Settings(crowd, 150, 60_000, 1));

        assertThat(outcome.get(Figure.DELIVERIES_PER_SECOND)).isPresent();
        assertThat(outcome.get(Figure.LOST)).contains(0.0);
    }

    @Test
    void nchanLosesNothingAndBringsBackWhatWasMissed(@TempDir Path folder) {
        Nchan.Installed installed = Nchan.find().orElse(null);
        assumeTrue(installed != null, Nchan.missing());
        int port = ChildServer.freePort();
        try (ChildServer nginx = Nchan.start(installed, folder, port, 1)) {
            Target target = Target.of("http://127.0.0.1:" + port, "none", Dialect.NCHAN);

            assertThat(nginx.pid()).isPositive();
            assertThat(fanout(target, "sse").faults()).isEmpty();
            assertThat(fanout(target, "ws").faults()).isEmpty();
            Storm storm = new Storm(target, "s", SUBSCRIBERS, 50, 100, 1, Duration.ofSeconds(2), ProcessGauge.of(0), 0);
            assertThat(storm.run().faults()).isEmpty();
        }
    }

    private static Outcome fanout(Target target, String transport) {
        return Fanout.run(new Fanout.Settings(crowd(target, transport, 2), 30, 0, 10, false));
    }

    private static Crowd.Settings crowd(Target target, String transport, int publishers) {
        return new Crowd.Settings(
                target,
                "c" + transport,
                transport,
                SUBSCRIBERS,
                publishers,
                100,
                1,
                Duration.ofSeconds(1),
                ProcessGauge.of(0));
    }

    private static Target floor(int dropEvery) {
        int port = ChildServer.freePort();
        Thread serving = new Thread(
                () -> {
                    try {
                        FloorServer.serve(port, dropEvery, 60);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                "floor");
        serving.setDaemon(true);
        serving.start();
        ChildServer.awaitPort(port, Duration.ofSeconds(10));
        return Target.of("http://127.0.0.1:" + port, "none");
    }
}
