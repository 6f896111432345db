package io.millrace.platform.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every file of {@code bad/origin}: a list, a request, and whether it may pass; and lists that are refused. */
class OriginsTest {
    private static final int CASES = 69;

    @Test
    void noCaseIsLost() throws Exception {
        assertThat(Corpus.files("origin")).hasSize(CASES);
    }

    @TestFactory
    Stream<DynamicTest> everyOriginHasItsAnswer() throws Exception {
        return Corpus.files("origin").stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> answered(file)));
    }

    private static void answered(Path file) throws Exception {
        JsonNode test = TestKeys.JSON.readTree(file.toFile());
        List<String> allowed = new ArrayList<>();
        test.path("allowed").forEach(origin -> allowed.add(origin.asText()));
        assertThat(Origins.of(allowed)
                        .allows(
                                test.path("origin").asText(),
                                test.path("host").textValue(),
                                test.path("tls").asBoolean()))
                .as(test.path("what").asText())
                .isEqualTo(test.path("expect").asBoolean());
    }

    @Test
    void anyPageAndCookiesDontGoTogether() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Origins.of(List.of("https://a.test", "*"), true))
                .withMessageContaining("millrace.access.allowed-origins");
        assertThat(Origins.of(List.of("*"), false).allows("https://a.test", null, true))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "app.example.com",
                "https://",
                "https://app.example.com/",
                "https://app.example.com/path",
                "https://*",
                "https://*.com",
                "https://a.*.example.com",
                "https://*a.example.com",
                "https://**.example.com",
                "https://user@app.example.com",
                "https://app.example.com:99999",
                "https://app.example.com:*",
                "*.example.com",
                "https://b\u00fc cher.example"
            })
    void anEntryThatIsNoOriginIsRefusedAtTheStart(String entry) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Origins.of(List.of(entry)))
                .withMessageContaining("millrace.access.allowed-origins");
    }
}
