package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;

/**
 * Cases as data, shared with the TypeScript client: each file is an array of objects with a {@code name}. An input is a
 * string, {@code {"hex"}}, {@code {"repeat","times"}}, or a list of those to be joined.
 */
final class Cases {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Cases() {}

    /** One test for each case; a file that has lost cases fails here rather than pass unseen. */
    static Stream<DynamicTest> of(String file, int atLeast, Consumer<JsonNode> test) {
        JsonNode cases = read(file);
        assertThat(cases.size()).as("cases in " + file).isGreaterThanOrEqualTo(atLeast);
        return StreamSupport.stream(cases.spliterator(), false)
                .map(it -> DynamicTest.dynamicTest(it.required("name").asText(), () -> test.accept(it)));
    }

    static JsonNode read(String file) {
        try {
            return JSON.readTree(Files.readAllBytes(Path.of("src/test/resources", file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(JsonNode input) {
        if (input.isTextual()) {
            return input.asText().getBytes(StandardCharsets.UTF_8);
        }
        if (input.has("hex")) {
            return HexFormat.of().parseHex(input.get("hex").asText());
        }
        if (input.has("repeat")) {
            return input.get("repeat")
                    .asText()
                    .repeat(input.get("times").asInt())
                    .getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        input.forEach(part -> joined.writeBytes(bytes(part)));
        return joined.toByteArray();
    }

    /** As {@link #bytes}, but keeps what UTF-8 can't carry. */
    static String text(JsonNode input) {
        return input.isTextual() ? input.asText() : utf8(bytes(input));
    }

    static String textOrNull(JsonNode node, String field) {
        return node.hasNonNull(field) ? node.get(field).asText() : null;
    }

    static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
