package io.millrace.platform.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which files the TLS listener takes, what it says of others, and how it takes new ones. */
class CertificatesTest {
    @TempDir
    static Path folder;

    private static TestCertificate first;
    private static TestCertificate second;
    private static TestCertificate rsa;

    @BeforeAll
    static void make() throws Exception {
        first = TestCertificate.make(folder, "first", "EC");
        second = TestCertificate.make(folder, "second", "EC");
        rsa = TestCertificate.make(folder, "rsa", "RSA");
    }

    @ParameterizedTest
    @CsvSource({"EC, PRIVATE KEY", "EC, EC PRIVATE KEY", "RSA, PRIVATE KEY", "RSA, RSA PRIVATE KEY"})
    void everyFormOfAKeyThatToolsWriteIsTaken(String algorithm, String form) throws Exception {
        TestCertificate of = algorithm.equals("EC") ? first : rsa;
        byte[] pkcs8 = of.privateKey().getEncoded();
        byte[] key = form.equals("PRIVATE KEY") ? pkcs8 : inner(pkcs8);
        Path file = Files.writeString(
                folder.resolve("form.key"), "text before\n" + TestCertificate.pem(form, key) + "text behind\n");
        Certificates certificates = new Certificates(settings(of.chain(), file, ""));
        assertThat(shakesHands(certificates.engine(), of.trusting())).isTrue();
    }

    @Test
    void filesThatCannotBeUsedAreRefusedByTheirKey() throws Exception {
        refuses(folder.resolve("none"), first.key(), "certificate-chain", "can't be read");
        refuses(first.chain(), folder.resolve("none"), "private-key", "can't be read");
        refuses(first.key(), first.key(), "certificate-chain", "BEGIN CERTIFICATE");
        refuses(first.chain(), first.chain(), "private-key", "BEGIN PRIVATE KEY");
        refuses(first.chain(), second.key(), "private-key", "is not the key of");
        refuses(first.chain(), rsa.key(), "private-key", "RSA or EC");
        refuses(file("empty", ""), first.key(), "certificate-chain", "certificate");
        refuses(
                first.chain(),
                file("encrypted", TestCertificate.pem("ENCRYPTED PRIVATE KEY", new byte[100])),
                "private-key",
                "openssl pkcs8 -topk8 -nocrypt");
        refuses(
                first.chain(),
                file(
                        "encrypted-old",
                        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"),
                "private-key",
                "openssl pkcs8 -topk8 -nocrypt");
        refuses(
                first.chain(),
                file("garbage", TestCertificate.pem("EC PRIVATE KEY", new byte[] {1, 2, 3})),
                "private-key",
                "unencrypted");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Certificates(settings(first.chain(), first.key(), "none")))
                .withMessageContaining("millrace.http.tls.client-ca");
    }

    @Test
    void newFilesAreTakenWholeOrNotAtAll() throws Exception {
        Path chain = file("turning.crt", Files.readString(first.chain()));
        Path key = file("turning.key", Files.readString(first.key()));
        Certificates certificates = new Certificates(settings(chain, key, ""));
        certificates.look();
        assertThat(shakesHands(certificates.engine(), first.trusting())).isTrue();
        Files.writeString(chain, Files.readString(second.chain()));
        certificates.look();
        assertThat(shakesHands(certificates.engine(), first.trusting()))
                .as("half a rotation")
                .isTrue();
        Files.writeString(key, Files.readString(second.key()));
        certificates.look();
        assertThat(shakesHands(certificates.engine(), first.trusting())).isFalse();
        assertThat(shakesHands(certificates.engine(), second.trusting())).isTrue();
        Files.delete(key);
        certificates.look();
        assertThat(shakesHands(certificates.engine(), second.trusting())).isTrue();
        assertThat(certificates.expires())
                .isEqualTo(second.certificate().getNotAfter().toInstant());
    }

    @Test
    void whereAnAuthorityIsNamedClientsMustShowACertificateOfIt() {
        Certificates certificates = new Certificates(
                settings(first.chain(), first.key(), second.chain().toString()));
        assertThat(shakesHands(certificates.engine(), first.trusting(second))).isTrue();
        assertThat(shakesHands(certificates.engine(), first.trusting(rsa))).isFalse();
        assertThat(shakesHands(certificates.engine(), first.trusting())).isFalse();
    }

    @Test
    void olderProtocolsAreNotSpoken() {
        SSLEngine engine = new Certificates(settings(first.chain(), first.key(), "")).engine();
        assertThat(engine.getEnabledProtocols()).containsExactlyInAnyOrder("TLSv1.3", "TLSv1.2");
    }

    private static void refuses(Path chain, Path key, String setting, String what) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Certificates(settings(chain, key, "")))
                .withMessageContaining("millrace.http.tls." + setting)
                .withMessageContaining(what);
    }

    private static Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text, StandardCharsets.US_ASCII);
    }

    private static TlsSettings settings(Path chain, Path key, String clientCa) {
        return new TlsSettings(
                true,
                0,
                chain.toString(),
                key.toString(),
                clientCa,
                List.of("TLSv1.3", "TLSv1.2"),
                true,
                Duration.ofSeconds(30));
    }

    /** [spec] RFC 5208, 5: the older form is the third part of the newer one, as a string of bytes. */
    private static byte[] inner(byte[] pkcs8) {
        ByteBuffer der = ByteBuffer.wrap(pkcs8);
        header(der);
        skip(der);
        skip(der);
        byte[] inner = new byte[header(der)];
        der.get(inner);
        return inner;
    }

    private static void skip(ByteBuffer der) {
        int length = header(der);
        der.position(der.position() + length);
    }

    private static int header(ByteBuffer der) {
        der.get();
        int first = der.get() & 0xff;
        int length = first < 0x80 ? first : 0;
        for (int i = 0; i < (first < 0x80 ? 0 : first & 0x7f); i++) {
            length = length << 8 | der.get() & 0xff;
        }
        return length;
    }

    /** Both sides in memory, until each has heard a byte of the other. */
    private static boolean shakesHands(SSLEngine server, SSLContext trusting) {
        SSLEngine client = trusting.createSSLEngine();
        client.setUseClientMode(true);
        ByteBuffer toServer = ByteBuffer.allocate(64 * 1024);
        ByteBuffer toClient = ByteBuffer.allocate(64 * 1024);
        ByteBuffer heardByServer = ByteBuffer.allocate(64 * 1024);
        ByteBuffer heardByClient = ByteBuffer.allocate(64 * 1024);
        try {
            for (int turn = 0; turn < 100; turn++) {
                turn(client, toServer, toClient, heardByClient);
                turn(server, toClient, toServer, heardByServer);
                if (heardByServer.position() > 0 && heardByClient.position() > 0) {
                    return true;
                }
            }
        } catch (SSLException refused) {
            return false;
        }
        return false;
    }

    private static void turn(SSLEngine engine, ByteBuffer out, ByteBuffer in, ByteBuffer heard) throws SSLException {
        in.flip();
        SSLEngineResult read;
        do {
            read = engine.unwrap(in, heard);
            tasks(engine);
        } while (read.bytesConsumed() > 0);
        in.compact();
        engine.wrap(ByteBuffer.wrap(new byte[] {1}), out);
        tasks(engine);
    }

    private static void tasks(SSLEngine engine) {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }
}
