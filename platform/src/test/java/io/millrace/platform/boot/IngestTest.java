package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.protocol.SseParser;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Events that services leave in their databases, heard by browsers at real sockets. */
@ExtendWith(RunningNode.Extension.class)
class IngestTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String READER = token("reader", "*:subscribe,history");

    private static RunningNode node;

    @BeforeAll
    static void start(RunningNode running) {
        node = running;
        await().atMost(PATIENCE).until(() -> leading("outbox:shop") && leading("notify:shop") && leading("notify:own"));
    }

    @Test
    void whatIsCommittedWithAChangeIsHeardInOrderAndWhatIsRolledBackNever() throws Exception {
        try (Wire stream = Wire.stream(node.port(), "/v1/channels/doors:orders/events", READER);
                Connection shop = node.shop()) {
            assertThat(stream.event().type()).isEqualTo("connected");
            shop.setAutoCommit(false);
            leave(shop, "doors:orders", "order.placed", "{\"nr\":1,  \"total\":1e400}", null);
            shop.rollback();
            for (int i = 2; i < 40; i++) {
                leave(shop, "doors:orders", "order.placed", "{\"nr\": " + i + "}", null);
            }
            shop.commit();
            for (int i = 2; i < 40; i++) {
                SseParser.Message event = stream.event();
                assertThat(event.type()).isEqualTo("order.placed");
                assertThat(event.data()).isEqualTo("{\"nr\":" + i + "}");
            }
            await().atMost(PATIENCE).until(() -> rows("channel = 'doors:orders'") == 0);
        }
    }

    @Test
    void aRowThatCanBeNoEventIsPutAsideAndStopsNobody() throws Exception {
        try (Connection shop = node.shop()) {
            shop.setAutoCommit(false);
            leave(shop, "tiny:line", "a", "1", null);
            leave(shop, "tiny:line", "a", "\"" + "x".repeat(2000) + "\"", null);
            leave(shop, "tiny:line", "a", "2", null);
            leave(shop, "no channel", "a", "3", null);
            leave(shop, "tiny:line", "connected", "4", null);
            leave(shop, "tiny:line", "a", "{\"a\":1,\"a\":2}", null);
            leave(shop, "secret:line", "a", "5", null);
            leave(shop, "doors:huge", "a", "\"" + "x".repeat(1 << 20) + "\"", null);
            leave(shop, "tiny:line", "a", "6", null);
            shop.commit();
            await().atMost(PATIENCE).until(() -> rows("refused_at IS NULL AND channel <> 'slow:line'") == 0);
            assertThat(history("tiny:line")).containsExactly("1", "2", "6");
            assertThat(refusals())
                    .anyMatch(why -> why.startsWith("event-too-large: an event's data on tiny"))
                    .anyMatch(why -> why.startsWith("event-too-large: data"))
                    .anyMatch(why -> why.startsWith("invalid-channel"))
                    .anyMatch(why -> why.startsWith("invalid-type"))
                    .anyMatch(why -> why.startsWith("invalid-json"))
                    .anyMatch(why -> why.startsWith("forbidden"));
            shop.createStatement()
                    .executeUpdate("UPDATE millrace_outbox SET channel = 'doors:mended', refused_at = NULL"
                            + " WHERE channel = 'no channel'");
            shop.commit();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(history("doors:mended")).containsExactly("3"));
        }
    }

    @Test
    void aChannelThatIsSlowHoldsNoOtherUp() throws Exception {
        try (Connection shop = node.shop();
                Wire stream = Wire.stream(node.port(), "/v1/channels/doors:quick/events", READER)) {
            stream.event();
            leave(shop, "slow:line", "a", "1", null);
            leave(shop, "slow:line", "a", "2", null);
            await().atMost(PATIENCE).until(() -> rows("channel = 'slow:line'") == 0);
            leave(shop, "slow:line", "a", "3", null); // the third within 20 s has to wait
            leave(shop, "doors:quick", "a", "1", null);
            assertThat(stream.event().data()).isEqualTo("1");
            assertThat(rows("channel = 'slow:line'")).isPositive();
        }
    }

    @Test
    void aKeyIsOneEventAlsoWhenItComesByAnotherDoorToo() throws Exception {
        String token = token("both", "doors:*:publish");
        try (Connection shop = node.shop()) {
            leave(shop, "doors:both", "a", "1", "change-1");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(history("doors:both")).hasSize(1));
            Wire.Reply again = Wire.post(
                    node.port(),
                    "/v1/channels/doors:both/events",
                    token,
                    "{\"type\":\"a\",\"data\":1}",
                    "Idempotency-Key: change-1");
            assertThat(again.json().path("duplicate").asBoolean()).isTrue();
            leave(shop, "doors:both", "a", "1", "change-1");
            await().atMost(PATIENCE).until(() -> rows("channel = 'doors:both'") == 0);
            assertThat(history("doors:both")).containsExactly("1");
        }
    }

    @Test
    void aTriggersNotificationIsHeardAsAnEvent() throws Exception {
        try (Connection own = node.own();
                Statement sql = own.createStatement();
                Wire stream = Wire.stream(node.port(), "/v1/channels/doors:strategy:7/events", READER)) {
            stream.event();
            sql.execute("CREATE TABLE strategies (id int, version int, status text)");
            sql.execute("CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                    + " PERFORM pg_notify('strategy_ready', row_to_json(NEW)::text); RETURN NULL; END $$");
            sql.execute(
                    "CREATE TRIGGER tell AFTER INSERT OR UPDATE ON strategies FOR EACH ROW EXECUTE FUNCTION tell()");
            sql.execute("INSERT INTO strategies VALUES (7, 1, 'ready')");
            SseParser.Message event = stream.event();
            assertThat(event.type()).isEqualTo("strategy.ready");
            assertThat(event.data()).isEqualTo("{\"id\":7,\"version\":1,\"status\":\"ready\"}");
            sql.execute("NOTIFY strategy_ready, '{\"id\":7,\"version\":1,\"status\":\"ready\"}'"); // told twice
            sql.execute("NOTIFY strategy_ready, '{\"id\":\"no channel\",\"version\":2}'");
            sql.execute("NOTIFY strategy_ready, 'no field at all'");
            sql.execute("UPDATE strategies SET version = 3");
            assertThat(stream.event().data()).contains("\"version\":3");
            assertThat(metrics()).contains("millrace_ingest_events_total{line=\"notify:own\",outcome=\"refused\"} 2");
        }
    }

    @Test
    void aPayloadThatIsNoJsonIsAText() throws Exception {
        try (Connection shop = node.shop();
                Statement sql = shop.createStatement();
                Wire stream = Wire.stream(node.port(), "/v1/channels/doors:phase/events", READER)) {
            stream.event();
            sql.execute("NOTIFY \"phase.changed\", 'Analyzing \"Traffic\"... 45%'");
            sql.execute("NOTIFY \"phase.changed\"");
            SseParser.Message event = stream.event();
            assertThat(event.type()).isEqualTo("phase.changed");
            assertThat(event.data()).isEqualTo("\"Analyzing \\\"Traffic\\\"... 45%\"");
            assertThat(stream.event().data()).isEqualTo("null");
        }
    }

    @Test
    void aLineThatIsCutComesBackByItself() throws Exception {
        try (Connection shop = node.shop();
                Wire stream = Wire.stream(node.port(), "/v1/channels/doors:cut/events", READER)) {
            stream.event();
            shop.createStatement()
                    .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE datname = 'shop' AND pid <> pg_backend_pid()");
            leave(shop, "doors:cut", "a", "1", null);
            assertThat(stream.event().data()).isEqualTo("1");
            await().atMost(PATIENCE).until(() -> leading("outbox:shop") && leading("notify:shop"));
            assertThat(metrics()).contains("millrace_ingest_up{line=\"outbox:shop\"} 1.0");
        }
    }

    private static boolean leading(String line) {
        JsonNode ingest = Wire.get(node.adminPort(), "/stats", null).json().path("ingest");
        return StreamSupport.stream(ingest.spliterator(), false)
                .anyMatch(each -> each.path("line").asText().equals(line)
                        && each.path("state").asText().equals("leading"));
    }

    private static String metrics() {
        return new String(Wire.get(node.adminPort(), "/metrics", null).body());
    }

    private static void leave(Connection shop, String channel, String type, String data, @Nullable String key)
            throws SQLException {
        String columns = key == null ? "channel, type, data" : "channel, type, data, key";
        try (PreparedStatement insert = shop.prepareStatement(
                "INSERT INTO millrace_outbox (" + columns + ") VALUES (?, ?, ?::json" + (key == null ? ")" : ", ?)"))) {
            insert.setString(1, channel);
            insert.setString(2, type);
            insert.setString(3, data);
            if (key != null) {
                insert.setString(4, key);
            }
            insert.executeUpdate();
        }
    }

    private static long rows(String which) throws SQLException {
        try (Connection shop = node.shop();
                ResultSet row =
                        shop.createStatement().executeQuery("SELECT count(*) FROM millrace_outbox WHERE " + which)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static List<String> refusals() throws SQLException {
        List<String> all = new ArrayList<>();
        try (Connection shop = node.shop();
                ResultSet rows = shop.createStatement()
                        .executeQuery("SELECT refusal FROM millrace_outbox WHERE refused_at IS NOT NULL")) {
            while (rows.next()) {
                all.add(rows.getString(1));
            }
        }
        return all;
    }

    private static List<String> history(String channel) {
        JsonNode events = Wire.get(node.port(), "/v1/channels/" + channel + "/history?limit=1000", READER)
                .json()
                .path("events");
        return StreamSupport.stream(events.spliterator(), false)
                .map(event -> event.path("data").toString())
                .toList();
    }
}
