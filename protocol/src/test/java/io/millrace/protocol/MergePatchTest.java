package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** RFC 7396, appendix A, case by case; and what the RFC leaves to us. */
class MergePatchTest {

    @TestFactory
    Stream<DynamicTest> theCasesOfTheRfc() {
        return Cases.of("wire/merge-patch.json", 15, it -> assertThat(MergePatch.apply(
                        data(it.get("original").asText()), data(it.get("patch").asText())))
                .isEqualTo(data(it.get("result").asText())));
    }

    @Test
    void whatIsNotPatchedStaysAsWritten() {
        assertThat(MergePatch.apply(data("{\"a\":1e400,\"b\":{\"c\":9007199254740993}}"), data("{\"b\":{\"d\":2.50}}")))
                .isEqualTo(data("{\"a\":1e400,\"b\":{\"c\":9007199254740993,\"d\":2.50}}"));
    }

    @Test
    void namesKeepTheirMeaning() {
        JsonData patched = MergePatch.apply(data("{\"a\\\"b\":1,\"\\ud800\":2}"), data("{\"a\\u0022b\":3,\"ü\\n\":4}"));
        assertThat(JsonMembers.of(patched)).containsOnlyKeys("a\"b", "\ud800", "ü\n");
        assertThat(JsonInput.data(patched.utf8(), JsonInput.Limits.ofBytes(1000)))
                .isEqualTo(patched);
    }

    private static JsonData data(String json) {
        return JsonInput.data(Cases.utf8(json), JsonInput.Limits.ofBytes(1000));
    }
}
