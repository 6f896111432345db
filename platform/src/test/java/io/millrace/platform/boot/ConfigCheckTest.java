package io.millrace.platform.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCheckTest {

    /** Each file of the corpus says at its end what is to be found: {@code #= line | key | words}. */
    @Test
    void everyMistakeOfTheCorpusIsFoundByLineAndKeyAndNothingElse() throws Exception {
        SoftAssertions all = new SoftAssertions();
        List<Path> files = corpus();
        assertThat(files).hasSizeGreaterThanOrEqualTo(45);
        for (Path file : files) {
            List<ConfigMistake> found = new ArrayList<>(ConfigCheck.of(file, Map.of()));
            List<String> expected = Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith("#="))
                    .map(line -> line.substring(2))
                    .toList();
            all.assertThat(found).as("%s: %s", file.getFileName(), found).hasSize(expected.size());
            for (int i = 0; i < Math.min(found.size(), expected.size()); i++) {
                String[] wanted = expected.get(i).split("\\|", -1);
                ConfigMistake mistake = found.get(i);
                all.assertThat(mistake.line())
                        .as("%s: %s", file.getFileName(), mistake)
                        .isEqualTo(Integer.parseInt(wanted[0].trim()));
                all.assertThat(mistake.key())
                        .as("%s: %s", file.getFileName(), mistake)
                        .isEqualTo(wanted[1].trim());
                all.assertThat(mistake.what()).as("%s", file.getFileName()).contains(wanted[2].trim());
            }
        }
        all.assertAll();
    }

    @Test
    void noSecretIsEverTold() throws Exception {
        for (Path file : corpus()) {
            assertThat(ConfigCheck.of(file, Map.of()).toString()).doesNotContain("change-me", "q8Zt3vLw9", "\"short\"");
        }
    }

    @Test
    void whatTheEnvironmentSetsIsToldAsTheEnvironments(@TempDir Path folder) throws IOException {
        Path file = Files.copy(corpus().get(corpus().size() - 1), folder.resolve("fine.conf"));
        List<ConfigMistake> found = ConfigCheck.of(file, Map.of("MILLRACE_RELAY_LIVE_EVENTS", "0"));
        assertThat(found).hasSize(1);
        assertThat(found.get(0).what()).contains("millrace.relay.live-events");
    }

    @Test
    void everySettingIsPrintedWithItsOriginAndSecretsAreMasked(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("node.conf"),
                """
                millrace.http.port = 9000
                millrace.storage { password = hunter2, url = "jdbc:postgresql://db/x?user=u&password=hunter3" }
                millrace.access.keys = [ { kid = k, algorithm = HS256, secret = "q8Zt3vLw9XrB2nKd7YpM4sGh6JfC1aTe" } ]
                """);
        Config settings =
                Settings.load(ConfigFactory.empty(), Settings.file(file), Map.of("MILLRACE_RELAY_LIVE_EVENTS", "77"));
        List<String> lines = ConfigPrint.lines(settings);
        assertThat(lines)
                .contains(
                        "millrace.http.port = 9000 # " + file + ":1",
                        "millrace.relay.page-events = 2000 # default",
                        "millrace.relay.live-events = \"77\" # environment MILLRACE_RELAY_LIVE_EVENTS",
                        "millrace.storage.password = \"***\" # " + file + ":2");
        assertThat(lines.toString()).doesNotContain("hunter", "q8Zt3vLw9").contains("kid");
        Config again = ConfigFactory.parseString(String.join("\n", lines));
        assertThat(again.getInt("millrace.http.port"))
                .as("what is printed is HOCON")
                .isEqualTo(9000);
        assertThat(again.getConfig("millrace").entrySet())
                .hasSameSizeAs(settings.getConfig("millrace").entrySet());
    }

    private static List<Path> corpus() throws IOException {
        Path folder;
        try {
            folder = Path.of(Objects.requireNonNull(ConfigCheckTest.class.getResource("/bad/config"))
                    .toURI());
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
