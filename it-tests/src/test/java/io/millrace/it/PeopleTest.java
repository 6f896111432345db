package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Who is here, who may be and who no longer, on three processes: I10 after a revocation, I18, and a user's limit. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PeopleTest {
    private static final String SETTINGS = "limits { per-user = 5 }, families { present { presence = on } }";

    @TempDir
    static Path folder;

    private static Cluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = Cluster.start("people", folder, SETTINGS);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    @Order(1)
    void everyNodesConnectionsAreListedOnAnyAndEndedFromAny() throws IOException {
        List<SseClient> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            clients.add(SseClient.at(door(i, "lister"), "/v1/channels/listed:1/events"));
        }
        for (int i = 0; i < 3; i++) {
            Door any = cluster.node(i).door();
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                Members found =
                        Members.of(Calls.get(any, "/v1/connections?user=lister").body());
                assertThat(found.number("total")).isEqualTo(3);
                assertThat(found.has("unanswered")).isFalse();
            });
        }
        String ended = Calls.post(cluster.node(0).door(), "/v1/disconnect", "{\"user\":\"lister\"}")
                .body();
        assertThat(Members.of(ended).number("disconnected")).isEqualTo(3);
        for (SseClient client : clients) {
            assertThat(last(client)).contains("session-ended");
        }
    }

    @Test
    @Order(2)
    void aUsersConnectionsAreCountedOverAllNodes() throws IOException {
        List<SseClient> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(SseClient.at(door(i % 3, "many"), "/v1/events"));
        }
        for (int i = 0; i < 3; i++) {
            Calls.Answer refused = Calls.get(door(i, "many"), "/v1/events");
            assertThat(refused.status()).as(refused.body()).isEqualTo(429);
        }
        clients.get(4).cut(false);
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            SseClient again = SseClient.at(door(2, "many"), "/v1/events");
            again.cut(false);
        });
        for (SseClient client : clients) {
            client.cut(false);
        }
    }

    @Test
    @Order(3)
    void afterARevocationNothingNewIsDeliveredOnAnyNode() throws Exception {
        List<SseClient> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            clients.add(SseClient.at(door(i, "fired"), "/v1/channels/news:1/events"));
        }
        Publisher publisher = new Publisher("news", "", () -> cluster.node(1).door());
        for (int i = 0; i < 10; i++) {
            publisher.insist("news:1", in(20));
        }
        Calls.Answer revoked =
                Calls.post(cluster.node(0).door(), "/v1/revocations", "{\"user\":\"fired\",\"reason\":\"it\"}");
        long at = System.nanoTime();
        assertThat(revoked.status()).as(revoked.body()).isEqualTo(201);
        long worst = 0;
        for (SseClient client : clients) {
            assertThat(last(client)).contains("\"revoked\"");
            worst = Math.max(worst, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - at));
        }
        System.out.printf("PeopleTest: every node had ended a revoked user's streams after %d ms%n", worst);
        assertThat(worst).isLessThan(5_000);
        for (int i = 0; i < 3; i++) {
            int node = i;
            for (String path :
                    List.of("/v1/channels/news:1/events?from=earliest", "/v1/channels/news:1/history", "/v1/events")) {
                assertThat(Calls.get(door(node, "fired"), path).body()).as(path).contains("\"revoked\"");
            }
            assertThat(Calls.publish(door(node, "fired"), "news:1", "{\"type\":\"t\",\"data\":1}")
                            .body())
                    .contains("\"revoked\"");
        }
    }

    @Test
    @Order(4)
    void aKilledNodesUsersLeaveAndNobodyElse() throws IOException {
        String address = "/v1/channels/present:1/events";
        SseClient watcher = SseClient.at(door(1, "watcher"), address + "?presence=true");
        SseClient stays = SseClient.at(door(2, "stays"), address);
        heard(watcher, "\"stays\"", 5);
        long at = System.nanoTime();
        SseClient doomed = SseClient.at(door(0, "doomed"), address);
        SseClient halfDoomed = SseClient.at(door(0, "half"), address);
        SseClient otherHalf = SseClient.at(door(2, "half"), address);
        String joined = heard(watcher, "doomed", 5);
        long join = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - at);
        assertThat(joined).contains("join");
        assertThat(join).as("milliseconds until the join was told").isLessThan(2_000);
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(present(2)).contains("doomed", "half", "stays", "watcher"));
        cluster.node(0).kill9();
        at = System.nanoTime();
        String left = heard(watcher, "leave", 40);
        long leave = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - at);
        System.out.printf("PeopleTest: join told after %d ms, a killed node's user's leave after %d ms%n", join, leave);
        assertThat(left).contains("doomed");
        assertThat(leave).isLessThan(30_000);
        for (int i = 1; i < 3; i++) {
            int node = i;
            await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> assertThat(present(node))
                    .contains("half", "stays", "watcher")
                    .doesNotContain("doomed"));
        }
        at = System.nanoTime();
        stays.cut(false);
        left = heard(watcher, "leave", 10);
        assertThat(left).as("nobody else has left in between").contains("stays");
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - at)).isLessThan(2_000);
        watcher.cut(false);
        otherHalf.cut(false);
        doomed.cut(true);
        halfDoomed.cut(true);
    }

    private static String present(int node) throws IOException {
        return Calls.get(cluster.node(node).door(), "/v1/channels/present:1/presence")
                .body();
    }

    private static Door door(int node, String user) {
        return new Door(cluster.node(node).door().port(), Cluster.token(user, "*:subscribe,publish,history,presence"));
    }

    /** The data of the first presence event with this text in it. */
    private static String heard(SseClient client, String text, int seconds) throws IOException {
        long deadline = in(seconds);
        while (System.nanoTime() < deadline) {
            for (Frame frame : client.read(65_536, deadline)) {
                if (frame.kind().equals("presence") && frame.data().contains(text)) {
                    return frame.data();
                }
            }
        }
        throw new AssertionError("no presence with " + text);
    }

    /** The data of the last block before the stream ends. */
    private static String last(SseClient client) throws IOException {
        long deadline = in(10);
        String last = "";
        while (!client.ended() && System.nanoTime() < deadline) {
            for (Frame frame : client.read(65_536, deadline)) {
                last = frame.data();
            }
        }
        return client.ended() ? last : "it has not ended";
    }

    private static long in(int seconds) {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }
}
