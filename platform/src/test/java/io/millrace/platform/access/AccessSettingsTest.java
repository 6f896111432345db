package io.millrace.platform.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessSettingsTest {
    private static final String HERE = "millrace.access.";
    private static final TestKeys KEYS = new TestKeys();

    @Test
    void theDefaultsTrustNobody() {
        assertThat(read(Map.of()))
                .isEqualTo(new AccessSettings(
                        "",
                        List.of(),
                        new JwksSettings(
                                Map.of(),
                                false,
                                Duration.ofSeconds(5),
                                256 * 1024,
                                Duration.ofSeconds(30),
                                Duration.ofMinutes(5),
                                Duration.ofHours(6)),
                        new TokenRules("", true, Duration.ofSeconds(30), 8 * 1024, 10_000),
                        false,
                        "",
                        List.of()));
    }

    @Test
    void noKeyIsAddedUnnoticed() {
        assertThat(new TreeSet<>(TestKeys.with(Map.of()).root().keySet()))
                .containsExactly(
                        "allow-insecure-loopback-jwks",
                        "allowed-origins",
                        "audience",
                        "cookie",
                        "issuer",
                        "jwks",
                        "jwks-max-age",
                        "jwks-max-size",
                        "jwks-min-interval",
                        "jwks-refresh-after",
                        "jwks-timeout",
                        "keys",
                        "leeway",
                        "max-token-size",
                        "query-token",
                        "remembered-tokens",
                        "require-expiry");
    }

    @ParameterizedTest
    @CsvSource({
        "issuer,[]",
        "audience,{}",
        "keys,x",
        "jwks,x",
        "jwks-timeout,0s",
        "jwks-timeout,soon",
        "jwks-max-size,10",
        "jwks-max-size,1GiB",
        "jwks-min-interval,0s",
        "jwks-refresh-after,-1s",
        "jwks-max-age,1m",
        "allow-insecure-loopback-jwks,maybe",
        "require-expiry,maybe",
        "leeway,-1s",
        "leeway,6m",
        "max-token-size,1",
        "max-token-size,1MiB",
        "remembered-tokens,-1",
        "query-token,maybe",
        "cookie,a;b",
        "allowed-origins,x"
    })
    void aBadValueIsRefusedByName(String key, String value) {
        Object bad = value.equals("[]") ? List.of() : value.equals("{}") ? Map.of() : value;
        refused(Map.of(HERE + key, bad)).withMessageContaining(key).withMessageContaining("millrace.access");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "short",
                "1234567890123456789012345678901",
                "changeme-changeme-changeme-changeme",
                "CHANGE_ME_CHANGE_ME_CHANGE_ME_CHANGE_ME",
                "a-string-secret-at-least-256-bits-long",
                "secretsecretsecretsecretsecretsecret",
                "your-256-bit-secret-your-256-bit-secret",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "abababababababababababababababababababab"
            })
    void aShortOrWellKnownSecretIsRefused(String secret) {
        refused(Map.of(HERE + "keys", List.of(key("HS256", "secret", secret))))
                .withMessageContaining("millrace.access.keys[0].secret")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(secret));
    }

    @Test
    void aPublicKeyIsNoSecret() {
        refused(Map.of(HERE + "keys", List.of(key("HS256", "secret", TestKeys.pem(KEYS.rsa.getPublic())))))
                .withMessageContaining("millrace.access.keys[0].secret");
        refused(Map.of(HERE + "keys", List.of(key("HS256", "public-key", TestKeys.pem(KEYS.rsa.getPublic())))))
                .withMessageContaining("millrace.access.keys[0].secret");
        refused(Map.of(HERE + "keys", List.of(key("RS256", "secret", TestKeys.SECRET))))
                .withMessageContaining("millrace.access.keys[0].public-key");
    }

    @Test
    void aKeyOfAnotherKindThanItsAlgorithmIsRefused() {
        String rsa = TestKeys.pem(KEYS.rsa.getPublic());
        for (String algorithm : List.of("ES256", "EdDSA")) {
            refused(Map.of(HERE + "keys", List.of(key(algorithm, "public-key", rsa))))
                    .withMessageContaining("millrace.access.keys[0].public-key");
        }
        refused(Map.of(HERE + "keys", List.of(key("RS512", "public-key", rsa))))
                .withMessageContaining("millrace.access.keys[0].algorithm");
        refused(Map.of(HERE + "keys", List.of(key("none", "secret", TestKeys.SECRET))))
                .withMessageContaining("millrace.access.keys[0].algorithm");
        refused(Map.of(HERE + "keys", List.of(key("RS256", "public-key", rsa.replace("PUBLIC", "PRIVATE")))))
                .withMessageContaining("private");
        refused(Map.of(HERE + "keys", List.of(key("RS256", "public-key", "/no/such/file"))))
                .withMessageContaining("millrace.access.keys[0].public-key");
    }

    @Test
    void everyKeyHasAnIssuerAndANameOfItsOwn() {
        refused(Map.of(HERE + "keys", List.of(Map.of("kid", "k", "algorithm", "HS256", "secret", TestKeys.SECRET))))
                .withMessageContaining("millrace.access.keys[0].issuer");
        refused(Map.of(
                        HERE + "keys",
                        List.of(key("HS256", "secret", TestKeys.SECRET), key("HS256", "secret", TestKeys.SECRET))))
                .withMessageContaining("millrace.access.keys");
        Map<String, Object> spaced = new HashMap<>(key("HS256", "secret", TestKeys.SECRET));
        spaced.put("kid", "a b");
        refused(Map.of(HERE + "keys", List.of(spaced))).withMessageContaining("millrace.access.keys[0].kid");
        refused(Map.of(HERE + "keys", List.of(Map.of("issuer", "i")))).withMessageContaining("millrace.access.keys[0]");
    }

    @Test
    void aPublicKeyMayStandInAFile(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("ed.pem"), TestKeys.pem(KEYS.ed.getPublic()));
        AccessSettings settings = read(Map.of(HERE + "keys", List.of(key("EdDSA", "public-key", file.toString()))));
        assertThat(settings.keys()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://issuer.test/jwks",
                "http://127.0.0.1:80/jwks",
                "file:///etc/passwd",
                "https:///jwks",
                "https://user@issuer.test/jwks",
                "https://issuer.test/jwks#a",
                "issuer.test/jwks",
                "ht tp://"
            })
    void keysComeOverHttpsOnly(String url) {
        refused(Map.of(HERE + "jwks", List.of(Map.of("issuer", "i", "url", url))))
                .withMessageContaining("millrace.access.jwks");
    }

    @Test
    void plainHttpIsForLoopbackOnlyEvenWhereAllowed() {
        refused(Map.of(
                        HERE + "allow-insecure-loopback-jwks",
                        true,
                        HERE + "jwks",
                        List.of(Map.of("issuer", "i", "url", "http://127.0.0.1.evil.test/jwks"))))
                .withMessageContaining("millrace.access.jwks");
    }

    @Test
    void anyOriginAndACookieDontGoTogether() {
        refused(Map.of(HERE + "allowed-origins", List.of("*"), HERE + "cookie", "__Host-millrace"))
                .withMessageContaining("millrace.access.allowed-origins");
    }

    @Test
    void settingsShowNoSecrets() {
        AccessSettings settings = read(Map.of(HERE + "keys", List.of(key("HS256", "secret", TestKeys.SECRET))));
        assertThat(settings.toString()).contains("HS256").doesNotContain(TestKeys.SECRET);
    }

    private static Map<String, Object> key(String algorithm, String what, String material) {
        return Map.of("issuer", "i", "kid", "k", "algorithm", algorithm, what, material);
    }

    private static AccessSettings read(Map<String, ?> changes) {
        return AccessSettings.from(TestKeys.with(changes));
    }

    private static ThrowableAssertAlternative<IllegalArgumentException> refused(Map<String, ?> changes) {
        return assertThatIllegalArgumentException().isThrownBy(() -> read(changes));
    }
}
