package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Messages that are right by themselves and come in the wrong order: each is answered, and the conversation goes on, but for a first login that doesn't hold. */
@ExtendWith(RunningNode.Extension.class)
class FlowTest {

    @Test
    void conversationsInTheWrongOrderAreAnsweredAsTheCorpusSays(RunningNode node) throws Exception {
        String token = token("ann", "doors:*:subscribe,publish,history");
        warm(node, token);
        SoftAssertions all = new SoftAssertions();
        List<Path> cases = corpus();
        assertThat(cases).hasSizeGreaterThanOrEqualTo(12);
        for (Path file : cases) {
            JsonNode flow = Wire.JSON.readTree(file.toFile());
            try (Wire client = Wire.socket(node.port(), flow.path("login").asBoolean() ? token : null)) {
                for (JsonNode step : flow.path("steps")) {
                    client.say(step.path("say").toString().replace("{{token}}", token));
                    JsonNode answer = client.hear("problem", step.path("hear").asText());
                    String what = file.getFileName() + ": " + step + ": " + answer;
                    all.assertThat(answer.path("type")).as(what).isEqualTo(step.path("hear"));
                    if (step.has("code")) {
                        all.assertThat(answer.path("code")).as(what).isEqualTo(step.path("code"));
                    }
                    if (step.has("closed")) {
                        all.assertThat(client.closeFrame().closeCode())
                                .as(what)
                                .isEqualTo(step.path("closed").asInt());
                    } else {
                        all.assertThat(answer.path("ref"))
                                .as(what)
                                .isEqualTo(step.path("say").path("ref"));
                    }
                }
            } catch (AssertionError | RuntimeException broken) {
                all.fail(file.getFileName().toString(), broken);
            }
        }
        all.assertAll();
    }

    /** The node of these tests cuts off who hasn't logged in after two seconds, and a cold one takes long over its first. */
    private static void warm(RunningNode node, String token) {
        try (Wire client = Wire.socket(node.port(), token)) {
            client.say("{\"type\":\"authenticate\",\"token\":\"" + token + "\"}");
            client.hear("authenticated");
        }
    }

    private static List<Path> corpus() throws Exception {
        Path folder = Path.of(
                Objects.requireNonNull(FlowTest.class.getResource("/bad/flow")).toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
