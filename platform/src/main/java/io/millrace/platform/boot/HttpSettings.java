package io.millrace.platform.boot;

import com.typesafe.config.Config;

/** The settings under {@code millrace.http}: where the two ports are. */
record HttpSettings(String host, int port, String adminHost, int adminPort, boolean adminLogin) {
    static HttpSettings from(Config http) {
        return new HttpSettings(
                http.getString("host"),
                http.getInt("port"),
                http.getString("admin-host"),
                http.getInt("admin-port"),
                http.getBoolean("admin-login"));
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
