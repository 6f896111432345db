package io.millrace.platform.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;

/**
 * A key that knows the one algorithm it is for, so that a token's header can choose neither. Compared by identity: a kept
 * login is good as long as the very key that proved it is.
 */
final class BoundKey {
    private static final int MIN_RSA_BITS = 2048;

    private final String kid;
    private final SigningAlgorithm algorithm;
    private final Check check;

    private interface Check {
        boolean holds(byte[] signed, byte[] signature) throws JOSEException, GeneralSecurityException;
    }

    private BoundKey(String kid, SigningAlgorithm algorithm, Check check) {
        this.kid = kid;
        this.algorithm = algorithm;
        this.check = check;
    }

    static BoundKey hmac(String kid, byte[] secret) {
        try {
            return new BoundKey(kid, SigningAlgorithm.HS256, jose(SigningAlgorithm.HS256, new MACVerifier(secret)));
        } catch (JOSEException e) {
            throw new IllegalArgumentException("secret can't be used for HS256", e);
        }
    }

    /** @throws IllegalArgumentException where the key isn't one for that algorithm, or is too weak */
    static BoundKey of(String kid, SigningAlgorithm algorithm, PublicKey key) {
        try {
            return new BoundKey(kid, algorithm, check(algorithm, key));
        } catch (JOSEException e) {
            throw new IllegalArgumentException("public-key can't be used for " + algorithm.wireName(), e);
        }
    }

    private static Check check(SigningAlgorithm algorithm, PublicKey key) throws JOSEException {
        if (algorithm == SigningAlgorithm.RS256 && key instanceof RSAPublicKey rsa) {
            if (rsa.getModulus().bitLength() < MIN_RSA_BITS) {
                throw new IllegalArgumentException("public-key must have at least " + MIN_RSA_BITS + " bits for RS256");
            }
            return jose(algorithm, new RSASSAVerifier(rsa));
        }
        if (algorithm == SigningAlgorithm.ES256 && key instanceof ECPublicKey ec) {
            ECDSAVerifier verifier = new ECDSAVerifier(ec); // also refuses a point that isn't on its curve
            if (!verifier.supportedJWSAlgorithms().contains(algorithm.jose())) {
                throw new IllegalArgumentException("public-key must be on the curve P-256 for ES256");
            }
            return jose(algorithm, verifier);
        }
        if (algorithm == SigningAlgorithm.EDDSA
                && key instanceof EdECPublicKey ed
                && ed.getParams().getName().equals("Ed25519")) {
            return (signed, signature) -> ed25519(ed, signed, signature);
        }
        throw new IllegalArgumentException("public-key is not a key for " + algorithm.wireName());
    }

    private static Check jose(SigningAlgorithm algorithm, JWSVerifier verifier) {
        JWSHeader header = new JWSHeader(algorithm.jose()); // ours, not the token's
        return (signed, signature) -> verifier.verify(header, signed, Base64URL.encode(signature));
    }

    /** Nimbus needs an optional dependency for Ed25519; the JDK has it since 15. */
    private static boolean ed25519(EdECPublicKey key, byte[] signed, byte[] signature) throws GeneralSecurityException {
        if (signature.length != 64) {
            return false;
        }
        Signature ed25519 = Signature.getInstance("Ed25519");
        ed25519.initVerify(key);
        ed25519.update(signed);
        return ed25519.verify(signature);
    }

    String kid() {
        return kid;
    }

    SigningAlgorithm algorithm() {
        return algorithm;
    }

    boolean verifies(byte[] signed, byte[] signature) {
        try {
            return check.holds(signed, signature);
        } catch (JOSEException | GeneralSecurityException malformedSignature) {
            return false;
        }
    }
}
