package io.millrace.platform.access;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;

/** Not a test: prints what believing a token costs, by algorithm and for a remembered one. Run {@code main}; one thread. */
final class TokenVerifyCost {
    private static final int ROUNDS = 5;

    private TokenVerifyCost() {}

    public static void main(String[] args) throws Exception {
        TestKeys keys = new TestKeys();
        TokenVerifier remembering = verifier(keys, 10_000);
        TokenVerifier forgetful = verifier(keys, 0);
        for (int round = 0; round < ROUNDS; round++) {
            for (String[] kind :
                    new String[][] {{"hmac", "HS256"}, {"rsa", "RS256"}, {"ec", "ES256"}, {"ed", "EdDSA"}}) {
                Map<String, Object> claims = TestKeys.claims("ann");
                claims.put(
                        "millrace",
                        Map.of(
                                "grants",
                                List.of(Map.of("channels", "orders:*", "acts", List.of("subscribe", "publish")))));
                String token = keys.token(kind[0], kind[1], claims);
                int times = kind[0].equals("hmac") ? 100_000 : 3_000;
                System.out.printf(
                        "round %d  %-5s  %4d bytes  verify %8.2f us  remembered %6.2f us%n",
                        round,
                        kind[1],
                        token.length(),
                        micros(forgetful, token, times),
                        micros(remembering, token, 200_000));
            }
        }
    }

    private static TokenVerifier verifier(TestKeys keys, int remembered) {
        return TokenVerifier.of(
                AccessSettings.from(ConfigFactory.parseMap(Map.of("remembered-tokens", remembered))
                        .withFallback(keys.config())),
                new TestKeys.Hand());
    }

    private static double micros(TokenVerifier verifier, String token, int times) {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            if (!(verifier.verify(token).toCompletableFuture().join() instanceof Verified.Authenticated)) {
                throw new IllegalStateException("the token must hold");
            }
        }
        return (System.nanoTime() - start) / 1e3 / times;
    }
}
