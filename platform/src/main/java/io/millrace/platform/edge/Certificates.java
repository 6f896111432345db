package io.millrace.platform.edge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS listener's certificate and key. Their files may change at any time: {@link #look} takes what is new for the
 * connections from then on, whole or not at all, so half a rotation does no harm. For any number of threads.
 */
public final class Certificates {
    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);
    private static final String KEY = "millrace.http.tls.";
    private static final char[] IN_MEMORY = "in memory only".toCharArray();

    private final TlsSettings settings;
    private volatile Loaded loaded;
    private volatile @Nullable String complaint;

    private record Loaded(List<PemFile> files, SSLContext context, Instant expires) {}

    /** @throws IllegalArgumentException naming the key whose file is missing or doesn't hold what it must */
    public Certificates(TlsSettings settings) {
        this.settings = settings;
        this.loaded = load(read());
        warnOfItsEnd(loaded);
    }

    /** The end of the certificate in use. */
    public Instant expires() {
        return loaded.expires();
    }

    /** Takes changed files into use. Where they can't be, what is in use stays so, and that is logged once. */
    public void look() {
        try {
            List<PemFile> files = read();
            if (!files.equals(loaded.files())) {
                loaded = load(files);
                LOG.info("The TLS listener's certificate was read anew, it ends {}", loaded.expires());
                warnOfItsEnd(loaded);
            }
            complaint = null;
        } catch (IllegalArgumentException wrong) {
            if (!String.valueOf(wrong.getMessage()).equals(complaint)) {
                LOG.error(
                        "The TLS listener's files have changed and can't be used; those before stay in use: {}",
                        wrong.getMessage());
            }
            complaint = wrong.getMessage();
        }
    }

    SSLEngine engine() {
        SSLEngine engine = loaded.context().createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(settings.protocols().toArray(String[]::new));
        parameters.setUseCipherSuitesOrder(true);
        if (!settings.http2()) {
            parameters.setApplicationProtocols(new String[] {"http/1.1"});
        }
        parameters.setNeedClientAuth(!settings.clientCa().isEmpty());
        engine.setSSLParameters(parameters);
        return engine;
    }

    private List<PemFile> read() {
        List<PemFile> files = new ArrayList<>();
        files.add(PemFile.read(KEY + "certificate-chain", settings.certificateChain()));
        files.add(PemFile.read(KEY + "private-key", settings.privateKey()));
        if (!settings.clientCa().isEmpty()) {
            files.add(PemFile.read(KEY + "client-ca", settings.clientCa()));
        }
        return files;
    }

    private static Loaded load(List<PemFile> files) {
        List<X509Certificate> chain = files.get(0).certificates();
        PublicKey publicKey = chain.get(0).getPublicKey();
        PrivateKey privateKey = files.get(1).privateKey(publicKey);
        try {
            if (!belongTogether(privateKey, publicKey)) {
                throw new IllegalArgumentException(
                        files.get(1).key() + ": " + files.get(1).path()
                                + " is not the key of the first certificate in "
                                + files.get(0).path()
                                + "; the node's own certificate must come first there, then those that signed it");
            }
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, IN_MEMORY);
            keys.setKeyEntry("node", privateKey, IN_MEMORY, chain.toArray(X509Certificate[]::new));
            KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keyManagers.init(keys, IN_MEMORY);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    keyManagers.getKeyManagers(),
                    files.size() > 2 ? trust(files.get(2).certificates()) : new TrustManager[0],
                    null);
            return new Loaded(files, context, chain.get(0).getNotAfter().toInstant());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(
                    files.get(0).key() + ": " + files.get(0).path() + " can't be used: " + e.getMessage(), e);
        }
    }

    private static boolean belongTogether(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
        String algorithm =
                switch (publicKey.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default ->
                        throw new IllegalArgumentException(KEY + "certificate-chain: its first certificate's key is "
                                + publicKey.getAlgorithm() + "; it must be RSA or EC");
                };
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(privateKey);
        signature.update(KEY.getBytes(StandardCharsets.US_ASCII));
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(KEY.getBytes(StandardCharsets.US_ASCII));
        return signature.verify(signed);
    }

    private static TrustManager[] trust(List<X509Certificate> authorities)
            throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, IN_MEMORY);
        for (int i = 0; i < authorities.size(); i++) {
            trusted.setCertificateEntry("authority-" + i, authorities.get(i));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        return managers.getTrustManagers();
    }

    private static void warnOfItsEnd(Loaded loaded) {
        if (loaded.expires().isBefore(Instant.now())) {
            LOG.error("The TLS listener's certificate has ended {}: clients that check it turn away", loaded.expires());
        }
    }
}
