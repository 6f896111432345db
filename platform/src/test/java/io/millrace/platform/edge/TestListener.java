package io.millrace.platform.edge;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.Map;

/** The listeners that a client of HTTP/1.1 can meet. */
enum TestListener {
    LEAN,
    PEKKO,
    TLS;

    boolean isTls() {
        return this == TLS;
    }

    Config settings(TestCertificate certificate) {
        return ConfigFactory.parseMap(
                switch (this) {
                    case LEAN -> Map.of("millrace.http.wire", "lean");
                    case PEKKO -> Map.of("millrace.http.wire", "pekko");
                    case TLS ->
                        Map.of(
                                "millrace.http.plain",
                                false,
                                "millrace.http.tls.enabled",
                                true,
                                "millrace.http.tls.port",
                                0,
                                "millrace.http.tls.certificate-chain",
                                certificate.chain().toString(),
                                "millrace.http.tls.private-key",
                                certificate.key().toString());
                });
    }
}
