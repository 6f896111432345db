package io.millrace.platform.edge;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.List;

/**
 * The settings under {@code millrace.http.tls}.
 *
 * @param certificateChain a PEM file: the node's certificate first, then those between it and the authority
 * @param privateKey a PEM file with the certificate's key, unencrypted
 * @param clientCa a PEM file with authorities, one of which must have signed each client's certificate; empty: none is asked for
 * @param http2 whether HTTP/2 is offered beside HTTP/1.1
 * @param checkInterval how often the files are looked at
 */
public record TlsSettings(
        boolean enabled,
        int port,
        String certificateChain,
        String privateKey,
        String clientCa,
        List<String> protocols,
        boolean http2,
        Duration checkInterval) {
    private static final String KEY = "millrace.http.tls.";
    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    public static TlsSettings from(Config tls) {
        return new TlsSettings(
                tls.getBoolean("enabled"),
                tls.getInt("port"),
                tls.getString("certificate-chain"),
                tls.getString("private-key"),
                tls.getString("client-ca"),
                tls.getStringList("protocols"),
                tls.getBoolean("http2"),
                tls.getDuration("check-interval"));
    }

    public TlsSettings {
        protocols = List.copyOf(protocols);
        require(port >= 0 && port <= 65535, "port", "0 to 65535");
        require(!protocols.isEmpty() && PROTOCOLS.containsAll(protocols), "protocols", "one or both of " + PROTOCOLS);
        require(checkInterval.toMillis() >= 100, "check-interval", "100ms or more");
        if (enabled) {
            require(!certificateChain.isEmpty(), "certificate-chain", "the path of a PEM file, since TLS is enabled");
            require(!privateKey.isEmpty(), "private-key", "the path of a PEM file, since TLS is enabled");
        }
    }

    private static void require(boolean holds, String key, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(KEY + key + ": " + rule);
        }
    }
}
