package io.millrace.platform.edge;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One of the TLS listener's files, as it was when it was read. Keys may be {@code PRIVATE KEY} (PKCS #8), or the older
 * {@code RSA PRIVATE KEY} (PKCS #1) and {@code EC PRIVATE KEY} (SEC 1) that many tools write by default.
 *
 * @param key the setting that names the file
 */
record PemFile(String key, String path, String text) {
    private static final long MAX_BYTES = 1024 * 1024;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----(.+?)-----END \\1-----", Pattern.DOTALL);
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

    /** @throws IllegalArgumentException naming the key */
    static PemFile read(String key, String path) {
        try {
            Path file = Path.of(path);
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException(key + ": " + path + " has more than 1 MiB, so it is something else");
            }
            return new PemFile(key, path, Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (InvalidPathException | IOException e) {
            throw new IllegalArgumentException(
                    key + ": " + path + " can't be read (" + e.getClass().getSimpleName()
                            + "); it must be a file this process may read",
                    e);
        }
    }

    /** @throws IllegalArgumentException naming the key */
    List<X509Certificate> certificates() {
        List<X509Certificate> certificates;
        try {
            certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(text.strip().getBytes(StandardCharsets.ISO_8859_1)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (CertificateException e) {
            throw wrong("holds no readable certificate", "it must be PEM with -----BEGIN CERTIFICATE----- blocks", e);
        }
        if (certificates.isEmpty()) {
            throw wrong("holds no certificate", "it must be PEM with -----BEGIN CERTIFICATE----- blocks", null);
        }
        return certificates;
    }

    /**
     * The private key of a certificate with this public key.
     *
     * @throws IllegalArgumentException naming the key, without a word of the file
     */
    PrivateKey privateKey(PublicKey of) {
        Matcher block = BLOCK.matcher(text);
        if (!block.find()) {
            throw wrong("holds no private key", "it must be PEM with a -----BEGIN PRIVATE KEY----- block", null);
        }
        String kind = block.group(1);
        if (kind.startsWith("ENCRYPTED") || block.group(2).contains("ENCRYPTED")) {
            throw wrong(
                    "holds an encrypted key",
                    "decrypt it (openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW) and protect the file instead",
                    null);
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(block.group(2));
            byte[] pkcs8 = kind.equals("PRIVATE KEY") ? der : pkcs8(der, of);
            return KeyFactory.getInstance(of.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw wrong(
                    "holds no key that goes with the certificate, which is " + of.getAlgorithm(),
                    "name the key the certificate was made for, unencrypted, RSA or EC",
                    e);
        }
    }

    private IllegalArgumentException wrong(String what, String remedy, @Nullable Exception cause) {
        return new IllegalArgumentException(key + ": " + path + " " + what + "; " + remedy, cause);
    }

    /** [spec] RFC 5208, 5: a version, the algorithm, which is the one the public key names, and the older form as a string. */
    private static byte[] pkcs8(byte[] older, PublicKey of) {
        byte[] publicKey = of.getEncoded();
        int algorithm = contentAt(publicKey, 0);
        int algorithmEnd = contentAt(publicKey, algorithm) + lengthAt(publicKey, algorithm);
        byte[] named = Arrays.copyOfRange(publicKey, algorithm, algorithmEnd);
        return der(SEQUENCE, VERSION_0, named, der(OCTET_STRING, older));
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(tag);
        int length = content.size();
        if (length < 0x80) {
            all.write(length);
        } else {
            all.write(0x82);
            all.write(length >> 8);
            all.write(length);
        }
        all.writeBytes(content.toByteArray());
        return all.toByteArray();
    }

    private static int contentAt(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int lengthAt(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = length << 8 | der[at + 2 + i] & 0xff;
        }
        return length;
    }
}
