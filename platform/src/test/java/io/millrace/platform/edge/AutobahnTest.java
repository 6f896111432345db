package io.millrace.platform.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Autobahn's fuzzing client against the product's WebSocket codec and wires: groups 1 to 7 and 10 (all but size and speed,
 * 9, and compression, 12 and 13). Runs with {@code -Pautobahn}, which fetches the client; its report stands in
 * {@code target/autobahn/WIRE/index.html}.
 */
@EnabledIfSystemProperty(named = "millrace.autobahn", matches = ".+")
class AutobahnTest {
    private static final Set<String> PASSED = Set.of("OK", "NON-STRICT", "INFORMATIONAL");
    private static final int CASES = 240;
    private static final String CLIENT =
            """
            import sys
            from autobahntestsuite import wstest
            spec = {
                'options': {'failByDrop': False},
                'outdir': '%s',
                'servers': [{'agent': 'millrace', 'url': 'ws://127.0.0.1:%d', 'options': {'version': 18}}],
                'cases': ['1.*', '2.*', '3.*', '4.*', '5.*', '6.*', '7.*', '10.*'],
                'exclude-cases': [],
                'exclude-agent-cases': {},
            }
            wstest.start({'mode': 'fuzzingclient'}, spec)
            """;

    @ParameterizedTest
    @EnumSource(HttpWire.class)
    void nothingFails(HttpWire wire) throws Exception {
        Path client = Path.of(System.getProperty("millrace.autobahn"));
        Path report = Files.createDirectories(client.resolve(wire.toString())).toAbsolutePath();
        try (EchoServer server = new EchoServer(wire)) {
            run(client, report, CLIENT.formatted(report, server.port()));
        }
        JsonNode cases = new ObjectMapper()
                .readTree(report.resolve("index.json").toFile())
                .path("millrace");
        Map<String, Integer> figures = new TreeMap<>();
        SoftAssertions all = new SoftAssertions();
        cases.properties().forEach(entry -> {
            String behavior = entry.getValue().path("behavior").asText();
            figures.merge(behavior, 1, Integer::sum);
            all.assertThat(behavior).as("%s, case %s", wire, entry.getKey()).isIn(PASSED);
            all.assertThat(entry.getValue().path("behaviorClose").asText())
                    .as("%s, case %s, how it closes", wire, entry.getKey())
                    .isIn(PASSED);
        });
        System.out.println("autobahn " + wire + " " + figures);
        all.assertAll();
        assertThat(cases.size()).isGreaterThanOrEqualTo(CASES);
    }

    private static void run(Path client, Path report, String script) throws Exception {
        Path program = Files.writeString(report.resolve("client.py"), script);
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp"));
        try (var jars = Files.list(client)) {
            command.add(String.join(
                    File.pathSeparator,
                    jars.map(Path::toString)
                            .filter(name -> name.endsWith(".jar"))
                            .toList()));
        }
        command.addAll(List.of("-Dpython.console.encoding=UTF-8", "org.python.util.jython", program.toString()));
        File log = report.resolve("client.log").toFile();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        try {
            assertThat(process.waitFor(20, TimeUnit.MINUTES))
                    .as("the client ends; it says: %s", log)
                    .isTrue();
            assertThat(process.exitValue()).as("see %s", log).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
