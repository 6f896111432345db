package io.millrace.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.Epoch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EpochTest {
    private StorageSettings settings;

    @BeforeEach
    void database() {
        settings = TestServer.fresh();
    }

    @Test
    void aRestartKeepsTheEpoch() {
        assertThat(opened()).isEqualTo(opened());
    }

    @Test
    void threeNodesThatOpenAnEmptyDatabaseAtOnceAgree() throws Exception {
        assertThat(openedAtOnce(3)).hasSize(1);
    }

    @Test
    void threeNodesThatFindARestoreAtOnceAgree() throws Exception {
        Epoch before = opened();
        TestServer.execute(settings, "UPDATE millrace_epoch SET system_identifier = 1");
        assertThat(openedAtOnce(3)).hasSize(1).doesNotContain(before);
    }

    @Test
    void aDumpLoadedOnAnotherServerHasAnotherEpoch() {
        changesTheEpoch("UPDATE millrace_epoch SET system_identifier = system_identifier + 1");
    }

    @Test
    void aRecoveryToAPointInTimeHasAnotherEpoch() {
        changesTheEpoch("UPDATE millrace_epoch SET timeline_id = timeline_id + 1");
    }

    @Test
    void aJournalDroppedAndLoadedAgainOnTheSameServerHasAnotherEpoch() {
        changesTheEpoch("ALTER TABLE event_journal RENAME TO old; CREATE TABLE event_journal (LIKE old INCLUDING ALL)");
    }

    @Test
    void aWipedDatabaseHasAnotherEpoch() {
        changesTheEpoch("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    }

    @Test
    void anOperatorCanRaiseTheEpoch() {
        Epoch before = opened();
        Epoch raised = Storage.raiseEpoch(settings);
        assertThat(raised).isNotEqualTo(before);
        assertThat(opened()).isEqualTo(raised);
    }

    @Test
    void aRunningNodeLearnsThatItsEpochIsOver() {
        try (Storage storage = Storage.open(settings)) {
            assertThat(storage.epochHolds()).isTrue();
            Storage.raiseEpoch(settings);
            assertThat(storage.epochHolds()).isFalse();
        }
    }

    @Test
    void aUserWhoMayNotAskForTheServerKeepsTheEpoch() {
        TestServer.execute(settings, "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
        String role = "weak" + settings.url().replaceAll(".*/", "");
        TestServer.execute(settings, "CREATE ROLE " + role + " LOGIN PASSWORD 'weak'");
        TestServer.execute(settings, "GRANT ALL ON SCHEMA public TO " + role);
        StorageSettings weak = settings.at(settings.url(), role, "weak");
        try (Storage first = Storage.open(weak);
                Storage second = Storage.open(weak)) {
            assertThat(first.epoch()).isEqualTo(second.epoch());
            assertThat(second.epochHolds()).isTrue();
        }
    }

    private void changesTheEpoch(String sql) {
        Epoch before = opened();
        TestServer.execute(settings, sql);
        Epoch after = opened();
        assertThat(after).isNotEqualTo(before);
        assertThat(opened()).isEqualTo(after);
    }

    private java.util.Set<Epoch> openedAtOnce(int nodes) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(nodes);
        try {
            List<Callable<Epoch>> opening = new ArrayList<>();
            for (int i = 0; i < nodes; i++) {
                opening.add(this::opened);
            }
            java.util.Set<Epoch> epochs = new java.util.HashSet<>();
            for (Future<Epoch> each : threads.invokeAll(opening)) {
                epochs.add(each.get());
            }
            return epochs;
        } finally {
            threads.shutdown();
        }
    }

    private Epoch opened() {
        try (Storage storage = Storage.open(settings)) {
            return storage.epoch();
        }
    }
}
