package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bench.Server.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private final Report report = new Report(3, Scale.from(Args.parse(List.of("--quick"))));
    private final Server product = server("product", Role.PRODUCT);
    private final Server nchan = server("nchan", Role.NCHAN);

    @Test
    void aGoalComparesMediansWithThePeers() {
        cpu(product, 5, 4, 90);
        cpu(nchan, 8, 4, 4);

        assertThat(report.verdicts()).singleElement().satisfies(verdict -> {
            assertThat(verdict.said()).isEqualTo("5.00 us");
            assertThat(verdict.saidRatio()).isEqualTo("1.25 x");
            assertThat(verdict.saidReached()).isEqualTo("NO");
        });
    }

    @Test
    void withoutItsPeerAGoalIsUnknown() {
        cpu(product, 1);

        assertThat(report.verdicts()).singleElement().satisfies(verdict -> {
            assertThat(verdict.saidMeasure()).isEqualTo("not there");
            assertThat(verdict.saidReached()).isEqualTo("unknown");
        });
    }

    @Test
    void goalsOfTheirOwnAndGoalsAgainstSums() {
        Goal own = Goal.atMost(Figure.HEAP_PER_CONNECTION, 8);
        Goal sum = Goal.atMost(Figure.P50, 1.0, Role.NCHAN, Role.DATABASE);
        Map<Role, Double> medians = Map.of(Role.NCHAN, 0.5, Role.DATABASE, 1.5);

        assertThat(own.reached(8.0, own.measure(role -> Optional.empty()).orElseThrow()))
                .isTrue();
        assertThat(sum.measure(role -> Optional.ofNullable(medians.get(role)))).contains(2.0);
        assertThat(sum.words()).isEqualTo("at most 1.0 x (nchan + database)");
        assertThat(Goal.atLeast(Figure.EVENTS_PER_SECOND, 0.5, Role.DATABASE).reached(1, 2))
                .isTrue();
    }

    @Test
    void thePageStandsByItself(@TempDir Path folder) throws Exception {
        Histogram latency = new Histogram(1, 600_000_000L, 3);
        latency.recordValue(1500);
        Outcome idle = new Outcome("idle-sse")
                .put(Figure.HEAP_PER_CONNECTION, 9)
                .latency(latency)
                .memory(new MemoryCurve(
                        List.of(new MemoryCurve.Point(0, 100_000, 50_000), new MemoryCurve.Point(1, 120_000, 60_000))));
        report.add(Scenario.IDLE_SSE, product, idle);
        report.remark("<nchan> isn't there");
        report.write(folder);

        String page = Files.readString(folder.resolve("report.html"));
        assertThat(page)
                .contains(
                        "memory over time", "latency by percentile", "&lt;nchan&gt;", "at most 8.00 kB", "<td>NO</td>")
                .doesNotContain("http://", "https://", "<script");
        assertThat(Files.readString(folder.resolve("report.json"))).contains("\"idle-sse\"");
        assertThat(ReportTable.render(report)).contains("every event came exactly once and in order");
    }

    @Test
    void residentMemoryIsTheFirstRuns() {
        report.warmUp(Scenario.IDLE_SSE, product, new Outcome("idle").put(Figure.RSS_PER_CONNECTION, 30));
        report.add(Scenario.IDLE_SSE, product, new Outcome("idle").put(Figure.RSS_PER_CONNECTION, -5));

        assertThat(report.median(Scenario.IDLE_SSE, "product", Figure.RSS_PER_CONNECTION))
                .contains(30.0);
    }

    @Test
    void aLostEventFailsTheReport() {
        Outcome outcome = new Outcome("fanout").losses(new Losses(1, 0, 0));
        report.warmUp(Scenario.SSE_STEADY, product, outcome);

        assertThat(report.sound()).isFalse();
        assertThat(ReportTable.render(report)).contains("FAILED", "1 lost");
    }

    private void cpu(Server server, double... micros) {
        for (double each : micros) {
            report.add(Scenario.SSE_STEADY, server, new Outcome("fanout").put(Figure.CPU_PER_DELIVERY, each));
        }
    }

    private static Server server(String name, Role role) {
        return new Server(name, role, Target.of("http://127.0.0.1:1", "t"), ProcessGauge.of(0), 0, null);
    }
}
