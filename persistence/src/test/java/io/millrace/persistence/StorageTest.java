package io.millrace.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.millrace.protocol.ChannelName;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class StorageTest {

    @Test
    void everyDefaultIsAsDocumented() {
        assertThat(TestServer.defaults())
                .isEqualTo(new StorageSettings(
                        "jdbc:postgresql://127.0.0.1:5432/millrace",
                        "millrace",
                        "",
                        10,
                        4,
                        256,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10)));
    }

    @Test
    void aBadValueIsRefusedByTheNameOfItsKey() {
        Map<String, Object> bad = Map.of(
                "url", "mysql://x",
                "user", " ",
                "pool-size", 1,
                "read-pool-size", 0,
                "read-queue-size", 0,
                "connect-timeout", "1 ms",
                "query-timeout", "1 hour");
        bad.forEach((key, value) -> {
            Config config = ConfigFactory.parseMap(Map.of("millrace.storage." + key, value))
                    .withFallback(ConfigFactory.load());
            assertThatThrownBy(() -> StorageSettings.from(config)).hasMessageContaining("millrace.storage." + key);
        });
    }

    @Test
    void thePasswordIsNeverShown() {
        StorageSettings settings = TestServer.defaults().at("jdbc:postgresql://h/d", "u", "hunter2");
        assertThat(settings.toString()).doesNotContain("hunter2");
        assertThatThrownBy(() -> settings.at("jdbc:postgresql://h/d?password=hunter2", "u", ""))
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void aDatabaseThatIsNotThereIsUnavailable() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        StorageSettings nowhere = new StorageSettings(
                "jdbc:postgresql://127.0.0.1:" + port + "/x",
                "u",
                "p",
                2,
                1,
                1,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1));
        assertThatThrownBy(() -> Storage.open(nowhere)).isInstanceOf(JournalUnavailable.class);
    }

    @Test
    void readsBeyondTheQueueAreRefusedAtOnce() {
        CountDownLatch gate = new CountDownLatch(1);
        StorageSettings fresh = TestServer.fresh();
        StorageSettings narrow = new StorageSettings(
                fresh.url(), fresh.user(), fresh.password(), 2, 1, 3, fresh.connectTimeout(), fresh.queryTimeout());
        try (ReadPool pool = ReadPool.open(narrow)) {
            List<CompletionStage<Integer>> asked = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                asked.add(pool.read("a wait", connection -> {
                    awaitUninterruptibly(gate);
                    return 1;
                }));
            }
            CompletionStage<Integer> refused = pool.read("one too many", connection -> 2);
            assertThat(refused.toCompletableFuture()).isCompletedExceptionally();
            assertThatThrownBy(() -> refused.toCompletableFuture().join())
                    .hasCauseInstanceOf(JournalUnavailable.class)
                    .hasMessageContaining("too many reads");
            gate.countDown();
            asked.forEach(each -> assertThat(JournalContract.now(each)).isEqualTo(1));
        }
    }

    @Test
    void aStatementThatTakesTooLongIsUnavailable() {
        StorageSettings fresh = TestServer.fresh();
        StorageSettings hasty = new StorageSettings(
                fresh.url(), fresh.user(), fresh.password(), 2, 1, 3, fresh.connectTimeout(), Duration.ofSeconds(1));
        try (ReadPool pool = ReadPool.open(hasty)) {
            CompletionStage<Boolean> slow = pool.read(
                    "a nap", connection -> connection.createStatement().execute("SELECT pg_sleep(20)"));
            assertThatThrownBy(() -> slow.toCompletableFuture().join())
                    .hasCauseInstanceOf(JournalUnavailable.class)
                    .hasMessageContaining("a nap");
        }
    }

    @Test
    void aClosedStorageAnswersNothing() {
        Storage storage = Storage.open(TestServer.fresh());
        assertThat(storage.answers()).isTrue();
        storage.close();
        assertThat(storage.answers()).isFalse();
        assertThatThrownBy(() -> storage.journal()
                        .bounds(ChannelName.of("x"))
                        .toCompletableFuture()
                        .join())
                .hasCauseInstanceOf(JournalUnavailable.class);
    }

    private static void awaitUninterruptibly(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
