package io.millrace.persistence;

import java.util.Map;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The contract on a server of your own: MILLRACE_TEST_PG is its URL, its user may create databases. */
@EnabledIfEnvironmentVariable(named = "MILLRACE_TEST_PG", matches = ".+")
class ServerJournalTest extends JournalContract {
    @Override
    StorageSettings freshDatabase() {
        Map<String, String> env = System.getenv();
        return TestServer.freshOn(TestServer.defaults()
                .at(
                        env.getOrDefault("MILLRACE_TEST_PG", ""),
                        env.getOrDefault("MILLRACE_TEST_PG_USER", "postgres"),
                        env.getOrDefault("MILLRACE_TEST_PG_PASSWORD", "")));
    }
}
