package io.millrace.platform.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.platform.access.Verified.Authenticated;
import io.millrace.platform.access.Verified.Rejected;
import io.millrace.platform.access.Verified.Rejection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys from a real key server that rotates them, fails, dawdles and lies. */
class PublishedKeysTest {
    private static final TestKeys KEYS = new TestKeys();
    private final TestKeys.Hand clock = new TestKeys.Hand();
    private final AtomicInteger asked = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile Answer answer = exchange -> send(exchange, 200, set(rsa("rsa"), ec("ec"), ed("ed")));
    private HttpServer server;

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/jwks", exchange -> {
            asked.incrementAndGet();
            try (exchange) {
                answer.to(exchange);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void keysOfEveryKindComeFromTheirIssuerInOneFetch() throws Exception {
        TokenVerifier verifier = verifier();
        assertThat(outcome(verifier, token("rsa", "rsa", "RS256"))).isNull();
        assertThat(outcome(verifier, token("ec", "ec", "ES256"))).isNull();
        assertThat(outcome(verifier, token("ed", "ed", "EdDSA"))).isNull();
        assertThat(outcome(verifier, token("rsa", "ec", "RS256"))).isEqualTo(Rejection.ALGORITHM);
        assertThat(asked).hasValue(1);
    }

    @Test
    void aNewKeyIsFoundAndAWithdrawnOneEndsRememberedTokensToo() throws Exception {
        TokenVerifier verifier = verifier();
        answer = exchange -> send(exchange, 200, set(rsa("old")));
        String old = token("rsa", "old", "RS256");
        assertThat(outcome(verifier, old)).isNull();
        answer = exchange -> send(exchange, 200, set(ec("new")));
        clock.move(Duration.ofSeconds(30));
        assertThat(outcome(verifier, token("ec", "new", "ES256"))).isNull();
        assertThat(outcome(verifier, old)).isEqualTo(Rejection.UNKNOWN_KEY);
    }

    @Test
    void aKeyReplacedUnderItsNameEndsRememberedTokens() throws Exception {
        TokenVerifier verifier = verifier();
        String token = token("rsa", "rsa", "RS256");
        assertThat(outcome(verifier, token)).isNull();
        KeyPair other = TestKeys.pair("RSA");
        answer = exchange -> send(
                exchange,
                200,
                set(new RSAKey.Builder((RSAPublicKey) other.getPublic())
                        .keyID("rsa")
                        .build()));
        clock.move(Duration.ofMinutes(1));
        assertThat(outcome(verifier, token("rsa", "nobody", "RS256"))).isEqualTo(Rejection.UNKNOWN_KEY);
        assertThat(outcome(verifier, token)).isEqualTo(Rejection.BAD_SIGNATURE);
    }

    @Test
    void anUnchangedKeyKeepsRememberedTokensThroughARefresh() throws Exception {
        TokenVerifier verifier = verifier();
        String token = token("rsa", "rsa", "RS256");
        Verified first = verify(verifier, token);
        clock.move(Duration.ofMinutes(1));
        assertThat(outcome(verifier, token("rsa", "nobody", "RS256"))).isEqualTo(Rejection.UNKNOWN_KEY);
        assertThat(((Authenticated) verify(verifier, token)).login()).isSameAs(((Authenticated) first).login());
    }

    @Test
    void madeUpNamesCauseOneFetchAnInterval() throws Exception {
        TokenVerifier verifier = verifier();
        for (int i = 0; i < 200; i++) {
            assertThat(outcome(verifier, token("rsa", "made-up-" + i, "RS256"))).isEqualTo(Rejection.UNKNOWN_KEY);
        }
        assertThat(asked).hasValue(1);
        clock.move(Duration.ofSeconds(30));
        assertThat(outcome(verifier, token("rsa", "made-up", "RS256"))).isEqualTo(Rejection.UNKNOWN_KEY);
        assertThat(asked).hasValue(2);
    }

    @Test
    void whileTheServerIsDownKeptKeysServeUntilTheirMaximalAge() throws Exception {
        TokenVerifier verifier = verifier();
        String token = token("rsa", "rsa", "RS256");
        assertThat(outcome(verifier, token)).isNull();
        server.stop(0);
        clock.move(Duration.ofHours(6).minusSeconds(1));
        assertThat(outcome(verifier, token)).isNull();
        assertThat(outcome(verifier, token("rsa", "new", "RS256"))).isEqualTo(Rejection.KEYS_UNAVAILABLE);
        clock.move(Duration.ofSeconds(1));
        assertThat(outcome(verifier, token)).isEqualTo(Rejection.KEYS_UNAVAILABLE);
    }

    @Test
    void keysAreUnavailableNotUnknownUntilTheServerHasAnswered() throws Exception {
        TokenVerifier verifier = verifier();
        answer = exchange -> send(exchange, 500, "{}");
        String token = token("rsa", "rsa", "RS256");
        assertThat(outcome(verifier, token)).isEqualTo(Rejection.KEYS_UNAVAILABLE);
        answer = exchange -> send(exchange, 200, set(rsa("rsa")));
        assertThat(outcome(verifier, token)).isEqualTo(Rejection.KEYS_UNAVAILABLE);
        assertThat(asked).hasValue(1);
        clock.move(Duration.ofSeconds(30));
        assertThat(outcome(verifier, token)).isNull();
    }

    @Test
    void callersDontWaitForASlowServerAndShareItsAnswer() throws Exception {
        TokenVerifier verifier = verifier();
        CountDownLatch go = new CountDownLatch(1);
        answer = exchange -> {
            await(go);
            send(exchange, 200, set(rsa("rsa")));
        };
        List<CompletableFuture<Verified>> waiting = List.of(
                verifier.verify(token("rsa", "rsa", "RS256")).toCompletableFuture(),
                verifier.verify(token("rsa", "rsa", "RS256")).toCompletableFuture(),
                verifier.verify(token("rsa", "nobody", "RS256")).toCompletableFuture());
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        go.countDown();
        assertThat(waiting.get(0).get(10, TimeUnit.SECONDS)).isInstanceOf(Authenticated.class);
        assertThat(waiting.get(1).get(10, TimeUnit.SECONDS)).isInstanceOf(Authenticated.class);
        assertThat(waiting.get(2).get(10, TimeUnit.SECONDS)).isInstanceOf(Rejected.class);
        assertThat(asked).hasValue(1);
    }

    @Test
    void aServerThatNeverEndsItsBodyIsCutOff() throws Exception {
        TokenVerifier verifier = verifier("millrace.access.jwks-timeout", "300ms");
        CountDownLatch end = new CountDownLatch(1);
        answer = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            await(end);
        };
        assertThat(outcome(verifier, token("rsa", "rsa", "RS256"))).isEqualTo(Rejection.KEYS_UNAVAILABLE);
        end.countDown();
    }

    @Test
    void anOversizeAnswerIsRefused() throws Exception {
        String padded = set(rsa("rsa")).replaceFirst("\\{", "{\"pad\":\"" + "x".repeat(256 * 1024) + "\",");
        answer = exchange -> send(exchange, 200, padded);
        assertThat(outcome(verifier(), token("rsa", "rsa", "RS256"))).isEqualTo(Rejection.KEYS_UNAVAILABLE);
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        server.createContext("/elsewhere", exchange -> send(exchange, 200, set(rsa("rsa"))));
        answer = exchange -> {
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.sendResponseHeaders(302, -1);
        };
        assertThat(outcome(verifier(), token("rsa", "rsa", "RS256"))).isEqualTo(Rejection.KEYS_UNAVAILABLE);
    }

    @Test
    void anAnswerThatIsNoKeySetIsRefused() throws Exception {
        answer = exchange -> send(exchange, 200, "<html>");
        assertThat(outcome(verifier(), token("rsa", "rsa", "RS256"))).isEqualTo(Rejection.KEYS_UNAVAILABLE);
    }

    @Test
    void keysThatAreNotForSigningHereArePassedOver() throws Exception {
        JWK secret = new OctetSequenceKey.Builder(TestKeys.SECRET.getBytes(StandardCharsets.UTF_8))
                .keyID("hmac")
                .build();
        JWK encrypts = new RSAKey.Builder((RSAPublicKey) KEYS.rsa.getPublic())
                .keyID("enc")
                .keyUse(KeyUse.ENCRYPTION)
                .build();
        String withSecret = new JWKSet(List.of(secret, encrypts, rsa("rsa"))).toString(false);
        answer = exchange -> send(exchange, 200, withSecret);
        TokenVerifier verifier = verifier();
        assertThat(outcome(verifier, token("hmac", "hmac", "HS256"))).isEqualTo(Rejection.UNKNOWN_KEY);
        assertThat(outcome(verifier, token("rsa", "enc", "RS256"))).isEqualTo(Rejection.UNKNOWN_KEY);
        assertThat(outcome(verifier, token("rsa", "rsa", "RS256"))).isNull();
    }

    private TokenVerifier verifier() {
        return verifier("millrace.access.jwks-timeout", "5s");
    }

    private TokenVerifier verifier(String key, String value) {
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/jwks";
        return TokenVerifier.of(
                AccessSettings.from(TestKeys.with(Map.of(
                        "millrace.access.jwks",
                        List.of(Map.of("issuer", TestKeys.ISSUER, "url", url)),
                        "millrace.access.allow-insecure-loopback-jwks",
                        true,
                        key,
                        value))),
                clock);
    }

    private static Verified verify(TokenVerifier verifier, String token) throws Exception {
        return verifier.verify(token).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static Rejection outcome(TokenVerifier verifier, String token) throws Exception {
        return verify(verifier, token) instanceof Rejected rejected ? rejected.reason() : null;
    }

    private static String token(String signer, String kid, String algorithm) throws Exception {
        Map<String, Object> claims = TestKeys.claims("ann");
        claims.put("exp", TestKeys.NOW.plus(Duration.ofDays(1)).getEpochSecond());
        return KEYS.token(
                signer,
                TestKeys.JSON.writeValueAsBytes(Map.of("alg", algorithm, "kid", kid)),
                TestKeys.JSON.writeValueAsBytes(claims));
    }

    private static JWK rsa(String kid) {
        return new RSAKey.Builder((RSAPublicKey) KEYS.rsa.getPublic())
                .keyID(kid)
                .build();
    }

    private static JWK ec(String kid) {
        return new ECKey.Builder(Curve.P_256, (ECPublicKey) KEYS.ec.getPublic())
                .keyID(kid)
                .build();
    }

    private static JWK ed(String kid) {
        byte[] spki = KEYS.ed.getPublic().getEncoded();
        byte[] x = Arrays.copyOfRange(spki, spki.length - 32, spki.length);
        return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x))
                .keyID(kid)
                .build();
    }

    private static String set(JWK... keys) {
        return new JWKSet(List.of(keys)).toString();
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
