package io.millrace.platform.boot;

import com.typesafe.config.Config;
import io.millrace.platform.edge.HttpWire;

/** The settings under {@code millrace.http}: where the two ports are, and how the public one carries event streams. */
record HttpSettings(String host, int port, String adminHost, int adminPort, boolean adminLogin, HttpWire wire) {
    static HttpSettings from(Config http) {
        return new HttpSettings(
                http.getString("host"),
                http.getInt("port"),
                http.getString("admin-host"),
                http.getInt("admin-port"),
                http.getBoolean("admin-login"),
                HttpWire.parse("millrace.http.wire", http.getString("wire")));
    }

    HttpSettings {
        requirePort(port, "port");
        requirePort(adminPort, "admin-port");
    }

    private static void requirePort(int port, String key) {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("millrace.http." + key + ": 0 to 65535");
        }
    }
}
