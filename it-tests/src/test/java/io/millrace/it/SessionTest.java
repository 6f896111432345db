package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that outlive their sockets, on three processes: clients come back to them on another node. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SessionTest {
    private static final int WAITING = 8;
    private static final String SETTINGS =
            """
            families { room { presence = on } }
            connection.session { window = 12s, presence = 6s, waiting = %d }
            drain { rate = 4, spread = 1s }
            """
                    .formatted(WAITING);
    private static final int REPLACED = 4506;

    @TempDir
    static Path folder;

    private static Cluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = Cluster.start("session", folder, SETTINGS);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** A socket that hears one word after the other. */
    private static final class Visitor {
        final WsClient socket;
        private final Deque<Frame> heard = new ArrayDeque<>();

        private Visitor(WsClient socket) {
            this.socket = socket;
        }

        static Visitor logsIn(int node, String user) throws IOException {
            return new Visitor(WsClient.withSession(door(node, user)));
        }

        /** Without a token. */
        static Visitor comesBack(int node, Ticket ticket, Map<String, String> places) throws IOException {
            Visitor visitor = new Visitor(
                    WsClient.withSession(new Door(cluster.node(node).door().port(), "")));
            visitor.socket.say(ticket.message(places));
            return visitor;
        }

        /** The next word of one of these kinds. */
        Frame hear(String... kinds) throws IOException {
            long deadline = in(15);
            while (System.nanoTime() < deadline) {
                while (!heard.isEmpty()) {
                    Frame frame = heard.remove();
                    if (List.of(kinds).contains(frame.kind())) {
                        return frame;
                    }
                }
                assertThat(socket.ended())
                        .as("ended with " + socket.closeCode())
                        .isFalse();
                heard.addAll(socket.read(65_536, deadline));
            }
            throw new AssertionError("never heard " + List.of(kinds));
        }

        Ticket ticket() throws IOException {
            return Ticket.of(hear("connected").data());
        }

        Visitor follows(String channel) throws IOException {
            socket.subscribe(channel, "");
            hear("subscribed");
            return this;
        }

        int closedWith() throws IOException {
            long deadline = in(10);
            while (!socket.ended() && System.nanoTime() < deadline) {
                socket.read(65_536, deadline);
            }
            return socket.closeCode();
        }

        String refusal() throws IOException {
            Frame answer = hear("problem", "resumed");
            return answer.kind().equals("problem") ? Members.of(answer.data()).text("code") : answer.kind();
        }

        void hangUp() throws IOException {
            socket.cut(true);
        }
    }

    @Test
    @Order(1)
    void onAnotherNodeAClientGoesOnWithoutLoginAndItsUserHasNeverLeft() throws IOException {
        String channel = "room:calm";
        SseClient watcher =
                SseClient.at(door(2, "watcher"), "/v1/channels/" + channel + "/events?presence=true&types=none");
        Visitor first = Visitor.logsIn(0, "calm");
        Ticket ticket = first.ticket();
        first.follows(channel);
        assertThat(toldOf(watcher, "calm")).contains("\"join\"");
        publish(1, channel, 1);
        String place = first.hear("event").id();
        first.hangUp();
        int published = 1;
        for (int node : new int[] {1, 2, 0}) {
            publish(node, channel, ++published);
            Visitor next = Visitor.comesBack(node, ticket, Map.of(channel, place));
            ticket = next.ticket();
            assertThat(next.hear("resumed").data()).contains("\"userId\":\"calm\"");
            assertThat(next.hear("event").data()).isEqualTo("" + published);
            publish(2, channel, ++published);
            Frame live = next.hear("event");
            assertThat(live.data()).isEqualTo("" + published);
            place = live.id();
            next.hangUp();
        }
        assertThat(toldOf(watcher, "calm"))
                .as("nothing but the end, when nobody came")
                .contains("\"leave\"");
        watcher.cut(false);
    }

    @Test
    @Order(2)
    void theNewerOfTwoSocketsHasTheSessionWhateverTheirNodes() throws IOException {
        Visitor first = Visitor.logsIn(0, "two");
        Ticket ticket = first.ticket();
        first.follows("room:two");
        Visitor second = Visitor.comesBack(1, ticket, Map.of());
        assertThat(second.hear("resumed").data()).contains("room:two");
        assertThat(first.closedWith()).isEqualTo(REPLACED);
        Visitor third = Visitor.comesBack(2, ticket, Map.of());
        assertThat(third.refusal()).isEqualTo("session-unknown");
        third.hangUp();
        second.hangUp();
    }

    @Test
    @Order(3)
    void whoDoesNotKnowTheSecretGetsNothingOnAnyNode() throws IOException {
        Visitor first = Visitor.logsIn(0, "victim");
        Ticket ticket = first.ticket();
        for (int node = 0; node < 3; node++) {
            Visitor thief = Visitor.comesBack(node, new Ticket(ticket.connection(), "A".repeat(32)), Map.of());
            assertThat(thief.refusal()).isEqualTo("session-unknown");
            thief.hangUp();
        }
        first.hangUp();
    }

    @Test
    @Order(4)
    void aRevokedLoginDoesNotComeBackOnAnyNode() throws IOException {
        Visitor first = Visitor.logsIn(0, "fired");
        Ticket ticket = first.ticket();
        first.hangUp();
        Calls.post(cluster.node(2).door(), "/v1/revocations", "{\"user\":\"fired\"}");
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            Visitor again = Visitor.comesBack(1, ticket, Map.of());
            assertThat(again.refusal()).isEqualTo("revoked");
            again.hangUp();
        });
    }

    @Test
    @Order(5)
    void whoeverComesTooLateLogsInAndGoesOnByTheCursor() throws IOException {
        String channel = "room:late";
        Visitor first = Visitor.logsIn(0, "late");
        Ticket ticket = first.ticket();
        first.follows(channel);
        publish(0, channel, 1);
        String place = first.hear("event").id();
        first.hangUp();
        publish(1, channel, 2);
        await().atMost(Duration.ofSeconds(30)).until(() -> sum(0, "millrace_sessions_waiting") == 0);
        Visitor again = Visitor.comesBack(1, ticket, Map.of(channel, place));
        assertThat(again.refusal()).isEqualTo("session-unknown");
        again.socket.say(
                "{\"type\":\"authenticate\",\"token\":\"" + door(1, "late").token() + "\"}");
        again.socket.subscribe(channel, place);
        assertThat(again.hear("event").data()).isEqualTo("2");
        again.hangUp();
    }

    @Test
    @Order(6)
    void whereTooManyWaitThoseWhoHaveWaitedLongestGiveWay() throws IOException {
        double lost = sum(0, "millrace_sessions_lost_total");
        List<Ticket> tickets = new ArrayList<>();
        for (int i = 0; i <= WAITING; i++) {
            Visitor one = Visitor.logsIn(0, "crowd" + i);
            tickets.add(one.ticket());
            one.hangUp();
            int waiting = Math.min(WAITING, i + 1);
            await().atMost(Duration.ofSeconds(5)).until(() -> sum(0, "millrace_sessions_waiting") == waiting);
        }
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            Visitor longest = Visitor.comesBack(1, tickets.get(0), Map.of());
            assertThat(longest.refusal()).isEqualTo("session-unknown");
            longest.hangUp();
        });
        assertThat(sum(0, "millrace_sessions_lost_total")).isEqualTo(lost + 1);
        for (Ticket ticket : tickets.subList(1, tickets.size())) {
            Visitor back = Visitor.comesBack(1, ticket, Map.of());
            assertThat(back.refusal()).isEqualTo("resumed");
            back.hangUp();
        }
    }

    @Test
    @Order(7)
    void aNodeThatLeavesHandsItsSessionsOver() throws Exception {
        List<Visitor> clients = new ArrayList<>();
        List<Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < WAITING; i++) {
            Visitor one = Visitor.logsIn(0, "moving" + i);
            tickets.add(one.ticket());
            clients.add(one.follows("room:moving"));
        }
        CompletableFuture<Void> leaving =
                CompletableFuture.runAsync(() -> cluster.node(0).stop());
        int resumed = 0;
        for (int i = 0; i < clients.size(); i++) {
            clients.get(i).hear("reconnect");
            Visitor next = Visitor.comesBack(1 + i % 2, tickets.get(i), Map.of());
            resumed += next.refusal().equals("resumed") ? 1 : 0;
            next.hangUp();
        }
        System.out.printf("SessionTest: %d of %d sessions handed over by a leaving node%n", resumed, clients.size());
        assertThat(resumed).isEqualTo(clients.size());
        leaving.get(60, TimeUnit.SECONDS);
    }

    @Test
    @Order(8)
    void ofANodeThatDiedOnlyTheCursorIsLeftAndItIsEnough() throws IOException {
        String channel = "news:1";
        Visitor first = Visitor.logsIn(1, "orphan");
        Ticket ticket = first.ticket();
        first.follows(channel);
        publish(2, channel, 1);
        String place = first.hear("event").id();
        cluster.node(1).kill9();
        Visitor again = Visitor.comesBack(2, ticket, Map.of(channel, place));
        assertThat(again.refusal()).isEqualTo("session-unknown");
        again.socket.say(
                "{\"type\":\"authenticate\",\"token\":\"" + door(2, "orphan").token() + "\"}");
        again.socket.subscribe(channel, place);
        assertThat(again.hear("subscribed").id()).isEqualTo(place);
        again.hangUp();
    }

    private static Door door(int node, String user) {
        return new Door(cluster.node(node).door().port(), Cluster.token(user, "*:subscribe,presence"));
    }

    private static void publish(int node, String channel, int data) throws IOException {
        Calls.Answer answer =
                Calls.publish(cluster.node(node).door(), channel, "{\"type\":\"t\",\"data\":" + data + "}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    }

    /** What is told next of the user. */
    private static String toldOf(SseClient watcher, String user) throws IOException {
        long deadline = in(30);
        while (System.nanoTime() < deadline) {
            for (Frame frame : watcher.read(65_536, deadline)) {
                if (frame.kind().equals("presence")
                        && frame.data().contains("\"userId\":\"" + user + "\"")
                        && frame.data().contains("\"action\"")) {
                    return frame.data();
                }
            }
        }
        throw new AssertionError("no word of " + user);
    }

    private static double sum(int node, String figure) throws IOException {
        return Calls.admin(cluster.node(node), "/metrics")
                .lines()
                .filter(line -> line.startsWith(figure))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static long in(int seconds) {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }
}
