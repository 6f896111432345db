package io.millrace.platform.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    /** Any text is right for these. */
    private static final Set<String> FREE_TEXT = Set.of(
            "millrace.http.host",
            "millrace.http.tls.client-ca",
            "millrace.http.admin-host",
            "millrace.cluster.host",
            "millrace.storage.password",
            "millrace.access.issuer",
            "millrace.access.audience");

    /** Read where they are used, by no record that this package sees. */
    private static final Set<String> READ_LATER = Set.of("millrace.edge.websocket.login-timeout");

    private static final Map<String, List<String>> BAD = bad();

    @Test
    void everyDefaultIsListedSoThatNoneChangesUnnoticed() throws Exception {
        Map<String, String> defaults = new TreeMap<>();
        load("").getConfig("millrace")
                .entrySet()
                .forEach(entry -> defaults.put(
                        "millrace." + entry.getKey(), entry.getValue().render(ConfigRenderOptions.concise())));
        List<String> lines = defaults.entrySet().stream()
                .map(entry -> entry.getKey() + " = " + entry.getValue())
                .toList();
        Path listed = Path.of(Objects.requireNonNull(getClass().getResource("/settings/defaults.txt"))
                .toURI());
        assertThat(lines).isEqualTo(Files.readAllLines(listed));
    }

    @Test
    void theDefaultsAreAccepted() {
        readAll(load(""));
    }

    @Test
    void everyKeyRefusesABadValueByItsName() {
        SoftAssertions all = new SoftAssertions();
        BAD.forEach((key, values) -> {
            for (String value : values) {
                Throwable refused = catchThrowable(() -> readAll(load(key + " = " + value)));
                all.assertThat(refused).as("%s = %s", key, value).isNotNull();
                if (refused != null) {
                    all.assertThat(refused.getMessage())
                            .as("%s = %s", key, value)
                            .contains(key.substring(key.lastIndexOf('.') + 1));
                }
            }
        });
        all.assertAll();
    }

    @Test
    void noKeyIsLeftOut() {
        Set<String> keys = new TreeSet<>();
        load("").getConfig("millrace").entrySet().forEach(entry -> keys.add("millrace." + entry.getKey()));
        keys.removeIf(key -> key.startsWith("millrace.families."));
        keys.removeAll(BAD.keySet());
        keys.removeAll(FREE_TEXT);
        keys.removeAll(READ_LATER);
        assertThat(keys).isEmpty();
    }

    @Test
    void keysThatNobodyKnowsAreRefusedByName() {
        assertThatExceptionOfType(SettingsRefused.class)
                .isThrownBy(() -> load("millrace.relay { live-evnts = 5 }, millrace.nonsense = 1, other.thing = 2"))
                .withMessageContaining("millrace.relay.live-evnts")
                .withMessageContaining("millrace.nonsense")
                .withMessageNotContaining("other.thing");
    }

    @Test
    void aVariableGoesBeforeTheCommandLineAndThatBeforeTheFile() {
        Config file =
                ConfigFactory.parseString("millrace { relay.live-events = 1, http.port = 1, relay.page-events = 1 }");
        Config commandLine = ConfigFactory.parseString("millrace { relay.live-events = 2, http.port = 2 }");
        Config settings = Settings.load(
                commandLine,
                file,
                Map.of(
                        "MILLRACE_RELAY_LIVE_EVENTS", "3",
                        "MILLRACE_CLUSTER_SEED_NODES", "[\"a:1\", \"b:2\"]",
                        "MILLRACE_HTTP_ADMIN_LOGIN", "off",
                        "MILLRACE_CHANNEL_RETENTION_MAX_AGE", "3d",
                        "MILLRACE_LOG", "json",
                        "HOME", "/root"));
        assertThat(settings.getInt("millrace.relay.live-events")).isEqualTo(3);
        assertThat(settings.getInt("millrace.http.port")).isEqualTo(2);
        assertThat(settings.getInt("millrace.relay.page-events")).isEqualTo(1);
        assertThat(settings.getStringList("millrace.cluster.seed-nodes")).containsExactly("a:1", "b:2");
        assertThat(settings.getBoolean("millrace.http.admin-login")).isFalse();
        assertThat(settings.getDuration("millrace.channel.retention.max-age")).hasDays(3);
    }

    @Test
    void everyKeyIsAVariableOfItsOwn() {
        Map<String, String> byVariable = new TreeMap<>();
        load("").getConfig("millrace").entrySet().forEach(entry -> {
            String key = "millrace." + entry.getKey();
            assertThat(byVariable.put(Settings.variable(key), key)).as(key).isNull();
        });
        assertThat(byVariable).containsEntry("MILLRACE_RELAY_LIVE_EVENTS", "millrace.relay.live-events");
    }

    @Test
    void aFileThatIsNotThereOrIsNoHoconIsRefusedByItsName(@TempDir Path folder) throws IOException {
        Path missing = folder.resolve("missing.conf");
        assertThatExceptionOfType(SettingsRefused.class)
                .isThrownBy(() -> Settings.file(missing))
                .withMessageContaining("missing.conf");
        Path broken = Files.writeString(folder.resolve("broken.conf"), "millrace { relay = [ }");
        assertThatExceptionOfType(SettingsRefused.class)
                .isThrownBy(() -> Settings.file(broken))
                .withMessageContaining("broken.conf");
    }

    private static Config load(String file) {
        return Settings.load(ConfigFactory.empty(), ConfigFactory.parseString(file), Map.of());
    }

    private static void readAll(Config settings) {
        EverySetting.ROOMS.forEach(each -> each.accept(settings));
    }

    private static Map<String, List<String>> bad() {
        Map<String, List<String>> bad = new TreeMap<>();
        bad.put(
                "millrace.aliases",
                List.of("5", "[ { path = \"v1\", door = stream } ]", "[ { path = \"/a\", door = window } ]"));
        put(bad, "http", "port", "-1", "65536", "x");
        put(bad, "http", "admin-port", "-1", "65536", "x");
        put(bad, "http", "wire", "turbo");
        put(bad, "drain", "rate", "0", "x");
        put(bad, "drain", "timeout", "3s", "11m", "x");
        put(bad, "edge", "admission.per-second", "0", "x");
        put(bad, "edge", "admission.burst", "0", "x");
        put(bad, "edge", "admission.come-back-within", "0s", "11m", "x");
        put(bad, "http", "plain", "maybe", "off");
        put(bad, "http", "head-timeout", "10ms", "x");
        put(bad, "http", "tls.enabled", "maybe");
        put(bad, "http", "tls.port", "-1", "65536", "x");
        put(bad, "http", "tls.certificate-chain", "\"\", millrace.http.tls.enabled = on");
        put(bad, "http", "tls.private-key", "\"\", millrace.http.tls { enabled = on, certificate-chain = \"a\" }");
        put(bad, "http", "tls.protocols", "[]", "[\"TLSv1.1\"]", "5");
        put(bad, "http", "tls.http2", "maybe");
        put(bad, "http", "tls.check-interval", "10ms", "x");
        put(bad, "drain", "spread", "-1s", "11m", "x");
        put(bad, "drain", "grace", "-1s", "11m", "x");
        put(bad, "family-defaults", "class", "sturdy", "5");
        put(bad, "family-defaults", "event-bytes", "10", "x", "2 MiB");
        put(bad, "family-defaults", "rate.events", "-1", "x");
        put(bad, "family-defaults", "rate.per", "0s", "25h", "x");
        put(bad, "family-defaults", "rate.burst", "-1", "x");
        put(bad, "family-defaults", "publisher-rate.events", "-1", "x");
        put(bad, "family-defaults", "publisher-rate.per", "0s", "25h", "x");
        put(bad, "family-defaults", "publisher-rate.burst", "-1", "x");
        put(bad, "family-defaults", "presence", "maybe");
        put(bad, "family-defaults", "slow-client", "wait");
        put(bad, "family-defaults", "batch-interval", "-1s", "61s", "x");
        put(bad, "family-defaults", "wildcard", "maybe");
        put(bad, "family-defaults", "behaviour", "\"\"", "[]");
        put(bad, "family-defaults", "subscribe", "all");
        put(bad, "family-defaults", "publish", "all");
        put(bad, "family-defaults", "filters", "maybe");
        put(
                bad,
                "family-defaults",
                "mask",
                "5",
                "[ { field = a } ]",
                "[ { field = a, claim = b, values = [], c = d } ]");
        put(bad, "http", "admin-login", "maybe");
        put(bad, "cluster", "port", "-1", "65536");
        put(bad, "cluster", "seed-nodes", "[\"host\"]", "[\"pekko://m@host:1\"]", "5");
        put(bad, "cluster", "join-timeout", "0s", "soon");
        put(bad, "channel", "retention.max-events", "0", "x");
        put(bad, "channel", "retention.max-age", "10ms", "x");
        put(bad, "channel", "dedupe.window", "0s", "-1s", "x");
        put(bad, "channel", "dedupe.at-least", "0", "x");
        put(bad, "channel", "dedupe.at-most", "10", "x");
        put(bad, "channel", "retention-work.check-interval", "10ms", "x");
        put(bad, "channel", "retention-work.sweep-interval", "10ms", "x");
        put(bad, "channel", "retention-work.delete-rows", "0", "100001");
        put(bad, "channel", "snapshot-every", "9", "x");
        put(bad, "channel", "follow-lease", "10ms", "x");
        put(bad, "channel", "announce-remote-bytes", "10", "2 MiB");
        put(bad, "relay", "live-events", "0", "x");
        put(bad, "relay", "live-bytes", "1 KiB", "x");
        put(bad, "relay", "page-events", "0", "100001");
        put(bad, "relay", "page-bytes", "1 KiB", "x");
        put(bad, "relay", "gather-events", "0", "x");
        put(bad, "relay", "gather-bytes", "1 KiB", "x");
        put(bad, "relay", "write-events", "0", "20001");
        put(bad, "relay", "write-bytes", "1 KiB", "3 MiB");
        put(bad, "relay", "lease-renewal", "10ms", "x");
        put(bad, "relay", "resend-after", "10ms", "x");
        put(bad, "relay", "publish-timeout", "1s", "x");
        put(bad, "relay", "idle-after", "10ms", "x");
        put(bad, "connection", "sse-heartbeat", "10ms", "x");
        put(bad, "connection", "websocket-ping", "10ms", "x");
        put(bad, "connection", "pong-timeout", "10ms", "26s");
        put(bad, "connection", "retry-min", "-1s", "5s");
        put(bad, "connection", "retry-max", "x");
        put(bad, "connection", "session.window", "500ms", "2h");
        put(bad, "connection", "session.presence", "-1s", "6m");
        put(bad, "connection", "session.waiting", "0", "many");
        put(bad, "connection", "gzip", "maybe");
        put(bad, "connection", "limits.channels", "0", "101");
        put(bad, "connection", "limits.write-bytes", "10", "x");
        put(bad, "connection", "limits.control-bytes", "10", "x");
        put(bad, "connection", "limits.stall", "10ms", "x");
        put(bad, "connection", "limits.messages-per-second", "0", "x");
        put(bad, "connection", "limits.message-burst", "0", "x");
        put(bad, "limits", "per-user", "-1", "x");
        put(bad, "limits", "per-address", "-1", "x");
        put(bad, "limits", "idle", "10ms", "x");
        put(bad, "revocations", "poll", "10ms", "5s");
        put(bad, "revocations", "keep", "1s", "x");
        put(bad, "edge", "trusted-proxies", "[\"example.com\"]", "[\"10.0.0.0/33\"]", "5");
        put(bad, "edge", "realtime", "maybe");
        put(bad, "edge", "max-connections", "0", "x");
        put(bad, "edge", "batch-bytes", "2 MiB", "x");
        put(bad, "edge", "batch-events", "0", "10001");
        put(bad, "edge", "body-timeout", "10ms", "x");
        put(bad, "edge", "stream-channels", "0", "101");
        put(bad, "edge", "history.default-limit", "0", "1001");
        put(bad, "edge", "history.max-limit", "0", "10001");
        put(bad, "edge", "history.max-bytes", "10", "x");
        put(bad, "edge", "history.max-wait", "10ms", "121s");
        put(bad, "edge", "websocket.frame-bytes", "10", "x");
        put(bad, "edge", "websocket.message-bytes", "1 KiB", "x");
        put(bad, "edge", "websocket.fragments", "0", "x");
        put(
                bad,
                "ingest",
                "databases",
                "[ { name = own, url = \"jdbc:postgresql:x\", user = u } ]",
                "[ { name = a } ]",
                "5");
        put(
                bad,
                "ingest",
                "notify",
                "[ { listen = a } ]",
                "[ { listen = a, channel = \"a:{b\" } ]",
                "[ { listen = a, channel = \"a b\" } ]",
                "[ { listen = message, channel = a } ]");
        put(bad, "ingest", "outbox", "[ { database = nowhere } ]", "[ { }, { } ]", "[ { channels = [\"*a\"] } ]", "5");
        put(bad, "ingest", "poll", "10ms", "11s", "x");
        put(bad, "ingest", "batch", "0", "1001", "x");
        put(bad, "ingest", "give-up-after", "10ms", "x");
        put(bad, "access", "keys", "[ { kid = a } ]", "5");
        put(bad, "access", "jwks", "[ { issuer = a, url = \"http://example.com\" } ]", "5");
        put(bad, "access", "jwks-timeout", "0s", "x");
        put(bad, "access", "jwks-max-size", "0", "x");
        put(bad, "access", "jwks-min-interval", "-1s", "x");
        put(bad, "access", "jwks-refresh-after", "-1s", "x");
        put(bad, "access", "jwks-max-age", "-1s", "x");
        put(bad, "access", "allow-insecure-loopback-jwks", "maybe");
        put(bad, "access", "require-expiry", "maybe");
        put(bad, "access", "leeway", "6m", "-1s");
        put(bad, "access", "max-token-size", "0", "x");
        put(bad, "access", "remembered-tokens", "-1", "x");
        put(bad, "access", "query-token", "maybe");
        put(bad, "access", "cookie", "\"a;b\"");
        put(bad, "access", "allowed-origins", "[\"example.com\"]", "5");
        put(bad, "storage", "url", "\"jdbc:mysql://x\"");
        put(bad, "storage", "user", "\"\"");
        put(bad, "storage", "pool-size", "1", "201");
        put(bad, "storage", "read-pool-size", "0", "201");
        put(bad, "storage", "read-queue-size", "0", "100001");
        put(bad, "storage", "connect-timeout", "0s", "11m");
        put(bad, "storage", "query-timeout", "0s", "11m");
        return bad;
    }

    private static void put(Map<String, List<String>> bad, String room, String key, String... values) {
        bad.put("millrace." + room + "." + key, List.of(values));
    }
}
