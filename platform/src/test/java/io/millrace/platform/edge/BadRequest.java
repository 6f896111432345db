package io.millrace.platform.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;

/** One file of {@code bad/http} that is bytes, not a request: what they are and the answer they must get. */
record BadRequest(String what, byte[] bytes, int status, String code) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern REPEAT = Pattern.compile("\\{\\{repeat:(.+?):(\\d+)}}", Pattern.DOTALL);

    static List<BadRequest> corpus(String token) throws IOException, URISyntaxException {
        Path folder = Path.of(Objects.requireNonNull(BadRequest.class.getResource("/bad/http"))
                .toURI());
        List<BadRequest> corpus = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                JsonNode bad = JSON.readTree(file.toFile());
                if (bad.has("raw")) {
                    corpus.add(new BadRequest(
                            file.getFileName() + ": " + bad.path("what").asText(),
                            filled(bad.path("raw").asText(), token).getBytes(StandardCharsets.ISO_8859_1),
                            bad.path("status").asInt(),
                            bad.path("code").asText()));
                }
            }
        }
        if (corpus.size() < 24) {
            throw new IllegalStateException("the corpus has only " + corpus.size());
        }
        return corpus;
    }

    /** @param answer all that came, until the server closed */
    void check(SoftAssertions all, String how, String answer) throws IOException {
        String name = what + ", " + how + ": " + answer;
        all.assertThat(answer).as(name).startsWith("HTTP/1.1 " + status + " ").contains("Connection: close\r\n");
        all.assertThat(answer).as(name).contains("Content-Type: application/problem+json\r\n");
        JsonNode problem = JSON.readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4));
        all.assertThat(problem.path("code").asText()).as(name).isEqualTo(code);
        all.assertThat(problem.path("status").asInt()).as(name).isEqualTo(status);
        all.assertThat(problem.path("remedy").asText()).as(name).isNotEmpty();
    }

    private static String filled(String text, String token) {
        Matcher repeats = REPEAT.matcher(text.replace("{{token}}", token));
        return repeats.replaceAll(
                found -> Matcher.quoteReplacement(found.group(1).repeat(Integer.parseInt(found.group(2)))));
    }
}
