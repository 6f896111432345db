package io.millrace.platform.access;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** Reads a public key from PEM text, or from a file of it: {@code PUBLIC KEY} (SubjectPublicKeyInfo) or {@code CERTIFICATE}. */
final class PublicKeys {
    private static final long MAX_FILE = 64 * 1024;

    private PublicKeys() {}

    /** @throws IllegalArgumentException saying what was expected, without the text */
    static PublicKey read(SigningAlgorithm algorithm, String pemOrPath) {
        String pem = pemOrPath.contains("-----BEGIN") ? pemOrPath : file(pemOrPath);
        if (pem.contains("PRIVATE KEY-----")) {
            throw new IllegalArgumentException("public-key holds a private key, which has no place here");
        }
        try {
            if (pem.contains("-----BEGIN CERTIFICATE-----")) {
                return CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(pem.strip().getBytes(StandardCharsets.US_ASCII)))
                        .getPublicKey();
            }
            return of(algorithm, new X509EncodedKeySpec(body(pem)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "public-key must be PEM (BEGIN PUBLIC KEY or BEGIN CERTIFICATE) of a key for "
                            + algorithm.wireName(),
                    e);
        }
    }

    static PublicKey of(SigningAlgorithm algorithm, X509EncodedKeySpec spec) throws GeneralSecurityException {
        String family =
                switch (algorithm) {
                    case RS256 -> "RSA";
                    case ES256 -> "EC";
                    case EDDSA -> "Ed25519";
                    case HS256 -> throw new IllegalArgumentException("HS256 takes a secret, not a public key");
                };
        return KeyFactory.getInstance(family).generatePublic(spec);
    }

    private static byte[] body(String pem) {
        String begin = "-----BEGIN PUBLIC KEY-----";
        int from = pem.indexOf(begin);
        int to = pem.indexOf("-----END PUBLIC KEY-----");
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("no BEGIN PUBLIC KEY");
        }
        return Base64.getMimeDecoder().decode(pem.substring(from + begin.length(), to));
    }

    private static String file(String path) {
        try {
            Path file = Path.of(path);
            if (Files.size(file) > MAX_FILE) {
                throw new IllegalArgumentException("public-key names a file of more than 64 KiB");
            }
            return Files.readString(file, StandardCharsets.US_ASCII);
        } catch (InvalidPathException | IOException e) {
            throw new IllegalArgumentException("public-key is neither PEM text nor a readable file", e);
        }
    }
}
