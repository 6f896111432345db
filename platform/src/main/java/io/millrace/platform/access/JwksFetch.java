package io.millrace.platform.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import io.millrace.platform.access.PublishedKeys.PublishedKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Fetches an issuer's key set, bounded in time and size, following no redirect. */
final class JwksFetch {
    /** SubjectPublicKeyInfo of an Ed25519 key up to its 32 bytes (RFC 8410, 4). */
    private static final byte[] ED25519_PREFIX = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
    };

    private final JwksSettings settings;
    private final HttpClient client;

    JwksFetch(JwksSettings settings) {
        this.settings = settings;
        this.client = HttpClient.newBuilder()
                .connectTimeout(settings.timeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    CompletableFuture<Map<String, PublishedKey>> fetch(URI url) {
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Accept", "application/jwk-set+json, application/json")
                .build();
        CompletableFuture<HttpResponse<byte[]>> answer =
                client.sendAsync(request, head -> new BoundedBody(settings.maxSize()));
        // the request's own timeout would end with the head; this one covers the body too
        return answer.copy()
                .orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((response, failure) -> answer.cancel(true))
                .thenApply(JwksFetch::keys);
    }

    private static Map<String, PublishedKey> keys(HttpResponse<byte[]> response) {
        if (response.statusCode() != 200) {
            throw new UncheckedIOException(new IOException("the key server answered " + response.statusCode()));
        }
        try {
            return keys(JWKSet.parse(new String(response.body(), StandardCharsets.UTF_8)));
        } catch (ParseException e) {
            throw new UncheckedIOException(new IOException("the key server's answer is no key set"));
        }
    }

    /** Keys that aren't for us (encryption, other algorithms, weak, without a name) are passed over. */
    static Map<String, PublishedKey> keys(JWKSet set) {
        Map<String, PublishedKey> keys = new HashMap<>();
        for (JWK jwk : set.getKeys()) {
            PublishedKey key = usable(jwk);
            if (key != null) {
                keys.putIfAbsent(key.key().kid(), key);
            }
        }
        return keys;
    }

    private static @Nullable PublishedKey usable(JWK jwk) {
        String kid = jwk.getKeyID();
        boolean named = kid != null && KeySettings.KID.matcher(kid).matches();
        boolean signs = (jwk.getKeyUse() == null || KeyUse.SIGNATURE.equals(jwk.getKeyUse()))
                && (jwk.getKeyOperations() == null || jwk.getKeyOperations().contains(KeyOperation.VERIFY));
        SigningAlgorithm algorithm = algorithm(jwk);
        if (kid == null || !named || !signs || algorithm == null) {
            return null;
        }
        if (jwk.getAlgorithm() != null && !jwk.getAlgorithm().getName().equals(algorithm.wireName())) {
            return null;
        }
        try {
            BoundKey key = BoundKey.of(kid, algorithm, publicKey(jwk));
            return new PublishedKey(algorithm.wireName() + ":" + jwk.computeThumbprint(), key);
        } catch (JOSEException | GeneralSecurityException | IllegalArgumentException unusable) {
            return null;
        }
    }

    /** The one algorithm we would use a key of that kind with; a secret has no place in a public document. */
    private static @Nullable SigningAlgorithm algorithm(JWK jwk) {
        if (jwk instanceof RSAKey) {
            return SigningAlgorithm.RS256;
        }
        if (jwk instanceof ECKey ec && Curve.P_256.equals(ec.getCurve())) {
            return SigningAlgorithm.ES256;
        }
        return jwk instanceof OctetKeyPair okp && Curve.Ed25519.equals(okp.getCurve()) ? SigningAlgorithm.EDDSA : null;
    }

    private static PublicKey publicKey(JWK jwk) throws JOSEException, GeneralSecurityException {
        if (jwk instanceof RSAKey rsa) {
            return rsa.toRSAPublicKey();
        }
        if (jwk instanceof ECKey ec) {
            return ec.toECPublicKey();
        }
        byte[] x = ((OctetKeyPair) jwk).getDecodedX();
        byte[] spki = new byte[ED25519_PREFIX.length + x.length];
        System.arraycopy(ED25519_PREFIX, 0, spki, 0, ED25519_PREFIX.length);
        System.arraycopy(x, 0, spki, ED25519_PREFIX.length, x.length);
        return PublicKeys.of(SigningAlgorithm.EDDSA, new X509EncodedKeySpec(spki));
    }
}
