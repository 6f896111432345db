package io.millrace.platform.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.typesafe.config.ConfigFactory;
import io.millrace.platform.access.Verified.Authenticated;
import io.millrace.platform.access.Verified.Rejected;
import io.millrace.platform.access.Verified.Rejection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenVerifierTest {
    private static final TestKeys KEYS = new TestKeys();
    private final TestKeys.Hand clock = new TestKeys.Hand();
    private final TokenVerifier verifier = TokenVerifier.of(AccessSettings.from(KEYS.config()), clock);

    @ParameterizedTest
    @CsvSource({"hmac,HS256", "rsa,RS256", "ec,ES256", "ed,EdDSA"})
    void aTokenOfEachAllowedAlgorithmIsBelieved(String signer, String algorithm) throws Exception {
        Map<String, Object> claims = TestKeys.claims("ann");
        claims.put("entity", "acme");
        claims.put("jti", "t-1");
        claims.put("aud", List.of("billing", "millrace"));
        claims.put(
                "millrace",
                Map.of(
                        "grants",
                        List.of(
                                Map.of("channels", "orders:*", "acts", List.of("subscribe", "publish")),
                                Map.of("channels", "orders:secret", "acts", List.of("subscribe"), "deny", true)),
                        "claims",
                        Map.of("role", "clerk", "region", "eu")));
        String token = KEYS.token(signer, algorithm, claims);
        Login expected = new Login(
                "ann",
                "acme",
                List.of(Grant.parse("orders:*:subscribe,publish"), Grant.parse("!orders:secret:subscribe")),
                TestKeys.NOW.plusSeconds(630),
                "t-1",
                Map.of("role", "clerk", "region", "eu"));
        assertThat(verify(token)).isEqualTo(new Authenticated(expected));
        assertThat(verify(token)).as("remembered").isEqualTo(new Authenticated(expected));
    }

    @Test
    void whoNamesNoGrantsHasOnlyItsOwnChannels() throws Exception {
        Login login = login(KEYS.token("hmac", "HS256", TestKeys.claims("ann")));
        assertThat(login.grants()).isEmpty();
        assertThat(login.entity()).isNull();
        assertThat(login.claims()).isEmpty();
    }

    @Test
    void aRememberedTokenEndsWithItsExpiryAndLeeway() throws Exception {
        String token = KEYS.token("hmac", "HS256", TestKeys.claims("ann"));
        Login login = login(token);
        clock.move(Duration.ofSeconds(629));
        assertThat(login(token)).isSameAs(login);
        assertThat(login.expired(clock.instant())).isFalse();
        clock.move(Duration.ofSeconds(1));
        assertThat(reason(token)).isEqualTo(Rejection.EXPIRED);
        assertThat(login.expired(clock.instant())).isTrue();
    }

    @Test
    void leewayIsGrantedToBothEnds() throws Exception {
        Map<String, Object> claims = TestKeys.claims("ann");
        claims.put("exp", TestKeys.NOW.getEpochSecond() - 29);
        claims.put("nbf", TestKeys.NOW.getEpochSecond() + 30);
        String token = KEYS.token("hmac", "HS256", claims);
        assertThat(login(token).expired(clock.instant())).isFalse();
        clock.move(Duration.ofSeconds(1));
        assertThat(reason(token)).isEqualTo(Rejection.EXPIRED);
    }

    @Test
    void aTokenLikeARememberedOneIsNotTheSame() throws Exception {
        String token = KEYS.token("hmac", "HS256", TestKeys.claims("ann"));
        login(token);
        assertThat(reason(token.substring(0, token.lastIndexOf('.') + 1))).isEqualTo(Rejection.BAD_SIGNATURE);
        assertThat(reason(token + "A")).isNotNull();
    }

    @Test
    void whatIsRememberedIsBounded() {
        RememberedTokens remembered = new RememberedTokens(3);
        IssuerKeys issuer = new IssuerKeys(Map.of(), null);
        BoundKey key = BoundKey.hmac("k", TestKeys.SECRET.getBytes(StandardCharsets.UTF_8));
        Login login = new Login("ann", null, List.of(), null, null, Map.of());
        for (int i = 0; i < 100; i++) {
            remembered.keep(RememberedTokens.Print.of("token" + i), new RememberedTokens.Proof(login, issuer, key));
            assertThat(remembered.find(RememberedTokens.Print.of("token0"))).isNotNull();
        }
        assertThat(remembered.size()).isEqualTo(3);
        assertThat(remembered.find(RememberedTokens.Print.of("token50"))).isNull();
    }

    @Test
    void aTokenMayLackAnEndOnlyWhereSettingsSaySo() throws Exception {
        Map<String, Object> claims = TestKeys.claims("ann");
        claims.remove("exp");
        String token = KEYS.token("hmac", "HS256", claims);
        assertThat(reason(token)).isEqualTo(Rejection.BAD_CLAIMS);
        TokenVerifier lax = TokenVerifier.of(
                AccessSettings.from(
                        ConfigFactory.parseMap(Map.of("require-expiry", false)).withFallback(KEYS.config())),
                clock);
        assertThat(lax.verify(token).toCompletableFuture().get()).isInstanceOf(Authenticated.class);
    }

    @Test
    void aMintedTokenSaysWhatTheLoginSays() {
        Login login = new Login(
                "svc \u00fc \"x\"",
                "acme",
                List.of(Grant.parse("orders:*:publish"), Grant.parse("!orders:secret:publish"), Grant.parse("*:admin")),
                TestKeys.NOW.plusSeconds(60),
                "t-9",
                Map.of("role", "service"));
        String token = TokenMint.mint(TestKeys.ISSUER, "hmac", secret(), "millrace", login, clock);
        Login read = login(token);
        assertThat(read.expiresAt()).isEqualTo(TestKeys.NOW.plusSeconds(90));
        assertThat(read)
                .isEqualTo(new Login(
                        login.subject(),
                        "acme",
                        login.grants(),
                        read.expiresAt(),
                        login.tokenId(),
                        login.claims(),
                        TestKeys.NOW));
        assertThat(reason(TokenMint.mint(TestKeys.ISSUER, "hmac", secret(), null, login, clock)))
                .isEqualTo(Rejection.WRONG_AUDIENCE);
    }

    @Test
    void theMintTakesNoWeakSecret() {
        Login login = new Login("ann", null, List.of(), null, null, Map.of());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenMint.mint("i", "k", new byte[31], null, login, clock))
                .withMessageContaining("32");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenMint.mint("i", "k", new byte[64], null, login, clock));
    }

    @Test
    void noReasonRepeatsTheToken() throws Exception {
        Map<String, Object> claims = TestKeys.claims("ann");
        claims.put("millrace", Map.of("canary-field", "canary-value"));
        Rejected rejected = (Rejected) verify(KEYS.token("hmac", "HS256", claims));
        assertThat(rejected.why()).doesNotContain("canary").contains("millrace");
    }

    private Verified verify(String token) {
        return verifier.verify(token).toCompletableFuture().join();
    }

    private Login login(String token) {
        Verified verified = verify(token);
        assertThat(verified).isInstanceOf(Authenticated.class);
        return ((Authenticated) verified).login();
    }

    private Rejection reason(String token) {
        Verified verified = verify(token);
        assertThat(verified).isInstanceOf(Rejected.class);
        return ((Rejected) verified).reason();
    }

    private static byte[] secret() {
        return TestKeys.SECRET.getBytes(StandardCharsets.UTF_8);
    }
}
