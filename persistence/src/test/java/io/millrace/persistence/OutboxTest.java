package io.millrace.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.persistence.LeasedSession.Notice;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    @Test
    void rowsComeOutInTheirOrderOnceAndWithoutTheChannelsThatWait() throws SQLException {
        StorageSettings database = TestServer.fresh();
        try (LeasedSession session = LeasedSession.open(database)) {
            Outbox outbox = new Outbox(session);
            outbox.create();
            outbox.create();
            leave(database, "a", "1");
            leave(database, "b", "\"" + "x".repeat(500) + "\"");
            leave(database, "a", "{\"n\": 2}");
            List<Outbox.Row> rows = outbox.next(10, 1000, 100, List.of());
            assertThat(rows).extracting(Outbox.Row::channel).containsExactly("a", "b", "a");
            assertThat(rows).extracting(Outbox.Row::data).containsExactly("1", null, "{\"n\": 2}");
            assertThat(rows).extracting(Outbox.Row::key).doesNotHaveDuplicates().doesNotContainNull();
            assertThat(outbox.next(1, 1000, 100, List.of())).containsExactly(rows.get(0));
            assertThat(outbox.next(10, 500, 1000, List.of())).hasSize(2);
            assertThat(outbox.next(10, 1000, 100, List.of("a"))).containsExactly(rows.get(1));
            outbox.settle(List.of(rows.get(0).id()), Map.of(rows.get(1).id(), "no"));
            assertThat(outbox.next(10, 1000, 100, List.of())).containsExactly(rows.get(2));
            assertThat(outbox.waiting().rows()).isEqualTo(1);
            assertThat(outbox.waiting().refused()).isEqualTo(1);
            assertThat(outbox.waiting().oldest()).isPositive();
        }
    }

    @Test
    void ofTwoSessionsOneLeadsUntilItIsOver() throws SQLException {
        StorageSettings database = TestServer.fresh();
        try (LeasedSession other = LeasedSession.open(database)) {
            try (LeasedSession first = LeasedSession.open(database)) {
                assertThat(first.leads("work")).isTrue();
                assertThat(other.leads("work")).isFalse();
                assertThat(other.leads("other work")).isTrue();
            }
            assertThat(eventually(() -> other.leads("work"))).isTrue();
        }
    }

    @Test
    void theServerEndsASessionThatSaysNothingForTheLease() throws SQLException {
        try (LeasedSession session = LeasedSession.open(TestServer.fresh())) {
            String timeout = session.inTransaction(connection -> {
                try (var statement = connection.createStatement();
                        var row = statement.executeQuery("SHOW idle_session_timeout")) {
                    row.next();
                    return row.getString(1);
                }
            });
            assertThat(timeout).isEqualTo(LeasedSession.LEASE.toSeconds() + "s");
        }
    }

    @Test
    void whatIsCalledOutIsHeardInOrderAndTheOutboxCalls() throws SQLException {
        StorageSettings database = TestServer.fresh();
        try (LeasedSession session = LeasedSession.open(database)) {
            new Outbox(session).create();
            session.listen(Outbox.WAKE);
            session.listen("Other.Name");
            TestServer.execute(database, "NOTIFY \"Other.Name\", '1'; NOTIFY \"Other.Name\", '2'");
            assertThat(session.notices(SOON))
                    .containsExactly(new Notice("Other.Name", "1"), new Notice("Other.Name", "2"));
            leave(database, "a", "1");
            assertThat(session.notices(SOON)).containsExactly(new Notice(Outbox.WAKE, ""));
            assertThat(session.notices(Duration.ofMillis(1))).isEmpty();
        }
    }

    private static void leave(StorageSettings database, String channel, String data) {
        TestServer.execute(
                database,
                "INSERT INTO millrace_outbox (channel, type, data) VALUES ('" + channel + "', 't', '" + data + "')");
    }

    private interface Attempt {
        boolean succeeds() throws SQLException;
    }

    /** The server gives a lock back a moment after the session's end. */
    private static boolean eventually(Attempt attempt) throws SQLException {
        for (int i = 0; i < 100_000; i++) {
            if (attempt.succeeds()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }
}
