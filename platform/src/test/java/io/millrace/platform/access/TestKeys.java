package io.millrace.platform.access;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** An issuer with one key of each kind, which signs whatever it is asked to, and the settings that trust it. */
final class TestKeys {
    static final String ISSUER = "https://issuer.test";
    static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    static final String SECRET = "kX9/pQ2vT7mZ4rB8nL1wY6cF3hJ5dG0s+aE";
    static final String OTHER_SECRET = "zzQ8wR1yT5uP3oK7jH2gF9dS4aL6xC0vBn+";
    static final ObjectMapper JSON = new ObjectMapper();

    final KeyPair rsa = pair("RSA");
    final KeyPair ec = pair("EC");
    final KeyPair ed = pair("Ed25519");

    /** A clock that stands until moved. */
    static final class Hand extends Clock {
        private volatile Instant now = NOW;

        void move(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    Config config() {
        Map<String, Object> changes = Map.of(
                "millrace.access.audience",
                "millrace",
                "millrace.access.issuer",
                ISSUER,
                "millrace.access.keys",
                List.of(
                        Map.of("kid", "hmac", "algorithm", "HS256", "secret", SECRET),
                        Map.of(
                                "kid",
                                "other",
                                "algorithm",
                                "HS256",
                                "secret",
                                OTHER_SECRET,
                                "issuer",
                                "https://other.test"),
                        Map.of("kid", "rsa", "algorithm", "RS256", "public-key", pem(rsa.getPublic())),
                        Map.of("kid", "ec", "algorithm", "ES256", "public-key", pem(ec.getPublic())),
                        Map.of("kid", "ed", "algorithm", "EdDSA", "public-key", pem(ed.getPublic()))));
        return with(changes);
    }

    /** The defaults of {@code reference.conf} with these changes, as the section {@code millrace.access}. */
    static Config with(Map<String, ?> changes) {
        return ConfigFactory.parseMap(changes)
                .withFallback(ConfigFactory.parseResources("reference.conf"))
                .resolve()
                .getConfig("millrace.access");
    }

    static Map<String, Object> claims(String subject) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", ISSUER);
        claims.put("aud", "millrace");
        claims.put("sub", subject);
        claims.put("exp", NOW.getEpochSecond() + 600);
        return claims;
    }

    String token(String signer, String algorithm, Map<String, Object> claims) throws Exception {
        return token(
                signer,
                JSON.writeValueAsBytes(Map.of("alg", algorithm, "kid", signer)),
                JSON.writeValueAsBytes(claims));
    }

    String token(String signer, byte[] header, byte[] payload) throws GeneralSecurityException {
        String signed = base64(header) + "." + base64(payload);
        return signed + "." + base64(sign(signer, signed.getBytes(StandardCharsets.US_ASCII)));
    }

    private byte[] sign(String signer, byte[] signed) throws GeneralSecurityException {
        return switch (signer) {
            case "none" -> new byte[0];
            case "hmac" -> hmac(SECRET, signed);
            case "other-hmac" -> hmac(OTHER_SECRET, signed);
            case "hmac-with-rsa-pem" -> hmac(pem(rsa.getPublic()), signed);
            case "rsa" -> sign("SHA256withRSA", rsa.getPrivate(), signed);
            case "ec" -> sign("SHA256withECDSAinP1363Format", ec.getPrivate(), signed);
            case "ec-der" -> sign("SHA256withECDSA", ec.getPrivate(), signed);
            case "ed" -> sign("Ed25519", ed.getPrivate(), signed);
            default -> throw new IllegalArgumentException(signer);
        };
    }

    private static byte[] hmac(String secret, byte[] signed) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return mac.doFinal(signed);
    }

    private static byte[] sign(String algorithm, PrivateKey key, byte[] signed) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(signed);
        return signature.sign();
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String pem(PublicKey key) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    static KeyPair pair(String kind) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
            if (kind.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            } else if (kind.equals("RSA")) {
                generator.initialize(2048);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
