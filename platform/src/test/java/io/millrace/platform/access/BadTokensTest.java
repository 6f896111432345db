package io.millrace.platform.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.platform.access.Verified.Rejected;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every file of {@code bad/jwt}: how a token is made and what it must be refused for. */
class BadTokensTest {
    private static final int CASES = 130;
    private static final TestKeys KEYS = new TestKeys();
    private static final TokenVerifier VERIFIER =
            TokenVerifier.of(AccessSettings.from(KEYS.config()), new TestKeys.Hand());

    @Test
    void noCaseIsLost() throws Exception {
        assertThat(files()).hasSize(CASES);
    }

    @TestFactory
    Stream<DynamicTest> everyBadTokenIsRefusedForItsOwnReason() throws Exception {
        return files().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> refused(file)));
    }

    private static void refused(Path file) throws Exception {
        JsonNode test = TestKeys.JSON.readTree(file.toFile());
        String token = token(test);
        for (int again = 0; again < 2; again++) {
            Verified verified = VERIFIER.verify(token).toCompletableFuture().get();
            assertThat(verified).as(test.path("what").asText()).isInstanceOf(Rejected.class);
            Rejected rejected = (Rejected) verified;
            assertThat(rejected.reason().name())
                    .as(rejected.why())
                    .isEqualTo(test.path("expect").asText());
            assertThat(rejected.why()).contains(test.path("names").asText());
        }
    }

    private static String token(JsonNode test) throws Exception {
        byte[] header = raw(test, "rawHeader", "header");
        byte[] claims = raw(test, "rawClaims", "claims");
        String mutation = test.path("mutation").asText();
        if (mutation.equals("latin1-payload")) {
            claims = new String(claims, StandardCharsets.UTF_8)
                    .replace("ann", "\u00e4nn")
                    .getBytes(StandardCharsets.ISO_8859_1);
        }
        return mutate(mutation, KEYS.token(test.path("signer").asText(), header, claims));
    }

    private static byte[] raw(JsonNode test, String raw, String json) {
        // the tree's own text, so that a lone surrogate stays the escape it is in the file
        String text = test.has(raw) ? test.path(raw).asText() : test.path(json).toString();
        StringBuilder ascii = new StringBuilder();
        text.chars().forEach(c -> ascii.append(c < 0x7f ? String.valueOf((char) c) : String.format("\\u%04x", c)));
        return ascii.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static String mutate(String mutation, String token) {
        String[] parts = token.split("\\.", -1);
        return switch (mutation) {
            case "", "latin1-payload" -> token;
            case "strip-signature" -> parts[0] + "." + parts[1] + ".";
            case "zero-signature" -> parts[0] + "." + parts[1] + "." + TestKeys.base64(new byte[64]);
            case "half-signature" -> parts[0] + "." + parts[1] + "." + parts[2].substring(0, 20);
            case "tamper-payload" -> parts[0] + "." + changed(parts[1], "\"ann\"", "\"bob\"") + "." + parts[2];
            case "tamper-header" ->
                changed(parts[0], "\"typ\":\"JWT\"", "\"typ\":\"jwt\"") + "." + parts[1] + "." + parts[2];
            case "two-parts" -> parts[0] + "." + parts[1];
            case "four-parts" -> token + ".AAAA";
            case "five-parts" -> token + ".AAAA.AAAA";
            case "empty" -> "";
            case "dots" -> "..";
            case "pad" -> token + "=";
            case "plus" -> parts[0] + "." + parts[1] + ".+/" + parts[2].substring(2);
            case "trailing-bits" -> loose(token);
            case "leading-space" -> " " + token;
            case "trailing-newline" -> token + "\n";
            default -> throw new IllegalArgumentException(mutation);
        };
    }

    private static String changed(String part, String from, String to) {
        String text = new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
        assertThat(text).contains(from);
        return TestKeys.base64(text.replace(from, to).getBytes(StandardCharsets.UTF_8));
    }

    /** 32 bytes leave two loose bits in the last of 43 characters. */
    private static String loose(String token) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = alphabet.indexOf(token.charAt(token.length() - 1));
        return token.substring(0, token.length() - 1) + alphabet.charAt(last + 1);
    }

    private static List<Path> files() throws IOException {
        return Corpus.files("jwt");
    }
}
