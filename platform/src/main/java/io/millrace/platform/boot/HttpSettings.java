package io.millrace.platform.boot;

import com.typesafe.config.Config;
import io.millrace.platform.edge.HttpWire;
import io.millrace.platform.edge.TlsSettings;
import java.time.Duration;

/**
 * The settings under {@code millrace.http}: which listeners there are, where, and how they carry event streams.
 *
 * @param plain whether the plain listener is open
 * @param headTimeout how long a request's head may take
 */
record HttpSettings(
        String host,
        boolean plain,
        int port,
        String adminHost,
        int adminPort,
        boolean adminLogin,
        HttpWire wire,
        Duration headTimeout,
        TlsSettings tls) {
    static HttpSettings from(Config http) {
        return new HttpSettings(
                http.getString("host"),
                http.getBoolean("plain"),
                http.getInt("port"),
                http.getString("admin-host"),
                http.getInt("admin-port"),
                http.getBoolean("admin-login"),
                HttpWire.parse("millrace.http.wire", http.getString("wire")),
                http.getDuration("head-timeout"),
                TlsSettings.from(http.getConfig("tls")));
    }

    HttpSettings {
        requirePort(port, "port");
        requirePort(adminPort, "admin-port");
        if (!plain && !tls.enabled()) {
            throw new IllegalArgumentException(
                    "millrace.http.plain: on, where millrace.http.tls.enabled is off; else nobody could call");
        }
        if (headTimeout.toMillis() < 100) {
            throw new IllegalArgumentException("millrace.http.head-timeout: 100ms or more");
        }
    }

    private static void requirePort(int port, String key) {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("millrace.http." + key + ": 0 to 65535");
        }
    }
}
