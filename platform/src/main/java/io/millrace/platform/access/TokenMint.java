package io.millrace.platform.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes tokens the product itself accepts: for the {@code token} command, the dev banner and tests. HS256 only. */
public final class TokenMint {
    private TokenMint() {}

    /**
     * A token that says what {@code login} says; its {@code exp} is the login's {@code expiresAt}, and none where that is
     * {@code null}.
     *
     * @param audience {@code aud}, where the verifier is told to check it
     * @throws IllegalArgumentException where the secret is short or an example
     */
    public static String mint(
            String issuer, String keyId, byte[] hmacSecret, @Nullable String audience, Login login, Clock clock) {
        Secrets.requireStrong(hmacSecret);
        JWSHeader header = new JWSHeader.Builder(SigningAlgorithm.HS256.jose())
                .type(JOSEObjectType.JWT)
                .keyID(keyId)
                .build();
        try {
            JWSObject token = new JWSObject(header, new Payload(payload(issuer, audience, login, clock)));
            token.sign(new MACSigner(hmacSecret));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("HS256 must be able to sign", e);
        }
    }

    private static Map<String, Object> payload(String issuer, @Nullable String audience, Login login, Clock clock) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", issuer);
        claims.put("sub", login.subject());
        if (audience != null && !audience.isEmpty()) {
            claims.put("aud", audience);
        }
        if (login.entity() != null) {
            claims.put("entity", login.entity());
        }
        if (login.tokenId() != null) {
            claims.put("jti", login.tokenId());
        }
        claims.put("iat", clock.instant().getEpochSecond());
        if (login.expiresAt() != null) {
            claims.put("exp", login.expiresAt().getEpochSecond());
        }
        List<Map<String, Object>> grants =
                login.grants().stream().map(TokenMint::grant).toList();
        claims.put("millrace", Map.of("grants", grants, "claims", login.claims()));
        return claims;
    }

    private static Map<String, Object> grant(Grant grant) {
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("channels", grant.channels().value());
        rule.put("acts", grant.acts().stream().map(Act::wireName).toList());
        if (grant.deny()) {
            rule.put("deny", true);
        }
        return rule;
    }
}
