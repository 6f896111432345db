package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What is read from servers: metrics, class histograms, processes; and what the peer is told. */
class LookingTest {
    @Test
    void metricsAreSummedOverTheirLabels() {
        Metrics metrics = Metrics.parse(
                """
                # HELP millrace_connections_open
                millrace_connections_open{transport="sse"} 3.0
                millrace_connections_open{transport="websocket"} 4.0
                millrace_relay_journal_reads_total 12.0
                jvm_memory_used_bytes{area="heap",id="G1 Eden Space"} 1.0E7
                jvm_memory_used_bytes{area="heap",id="G1 Old Gen"} 2.0E7
                jvm_memory_used_bytes{area="nonheap",id="Metaspace"} 9.0E7
                """);

        assertThat(metrics.openConnections()).isEqualTo(7);
        assertThat(metrics.journalReads()).isEqualTo(12);
        assertThat(metrics.heapBytes()).isEqualTo(3.0e7);
        assertThat(metrics.get("nothing")).isZero();
    }

    @Test
    void liveObjectsAreCountedByClass() {
        ClassHistogram live = ClassHistogram.read(
                """
                4242:
                 num     #instances         #bytes  class name (module)
                -------------------------------------------------------
                   1:         12345        1234567  [B (java.base@17.0.15)
                  97:             3            192  io.millrace.platform.connection.Connection
                Total         99999        9999999
                """);

        assertThat(live.bytes()).isEqualTo(1_234_567 + 192);
        assertThat(live.instances())
                .containsEntry("io.millrace.platform.connection.Connection", 3L)
                .containsEntry("[B", 12_345L)
                .hasSize(2);
    }

    @Test
    void thisProcessHasMemoryTimeAndFiles() {
        ProcessGauge ourselves = ProcessGauge.of(ProcessHandle.current().pid());

        assertThat(ourselves.rssKilobytes().orElse(0)).isPositive();
        assertThat(ourselves.descriptors().orElse(0)).isPositive();
        assertThat(ourselves.cpu().known()).isTrue();
        assertThat(ProcessGauge.of(0).cpu().known()).isFalse();
    }

    @Test
    void thePeersSettingsNameItsFolderAndPort() {
        String settings = Nchan.configuration(
                new Nchan.Installed(Path.of("/usr/sbin/nginx"), Path.of("/m/nchan.so")), Path.of("/out"), 4711, 2);

        assertThat(settings)
                .contains("worker_processes 2;", "load_module /m/nchan.so;", "pid /out/nginx.pid;")
                .contains("listen 127.0.0.1:4711", "location ~ ^/sub/(.+)$")
                .doesNotContain("%");
        assertThat(Dialect.NCHAN.eventsPath("c", "")).isEqualTo("/sub/c");
        assertThat(Dialect.NCHAN.eventsPath("c", Dialect.FROM_THE_BEGINNING)).isEqualTo("/past/c");
    }
}
