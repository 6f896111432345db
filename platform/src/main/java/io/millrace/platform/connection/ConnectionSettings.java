package io.millrace.platform.connection;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * The settings under {@code millrace.connection}.
 *
 * @param gzip whether event streams go out in gzip to clients who accept it
 */
public record ConnectionSettings(
        Heartbeat heartbeat, Reconnect reconnect, Limits limits, Session session, boolean gzip) {

    public static ConnectionSettings from(Config connection) {
        Config limits = connection.getConfig("limits");
        Config session = connection.getConfig("session");
        return new ConnectionSettings(
                new Heartbeat(
                        connection.getDuration("sse-heartbeat"),
                        connection.getDuration("websocket-ping"),
                        connection.getDuration("pong-timeout")),
                new Reconnect(connection.getDuration("retry-min"), connection.getDuration("retry-max")),
                new Limits(
                        limits.getInt("channels"),
                        Math.toIntExact(limits.getBytes("write-bytes")),
                        limits.getBytes("control-bytes"),
                        limits.getDuration("stall"),
                        limits.getInt("messages-per-second"),
                        limits.getInt("message-burst")),
                new Session(session.getDuration("window"), session.getDuration("presence"), session.getInt("waiting")),
                connection.getBoolean("gzip"));
    }

    private static void require(boolean holds, String key, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("millrace.connection." + key + ": " + rule);
        }
    }

    /** How a silent line is told from a dead one. */
    public record Heartbeat(Duration sse, Duration webSocketPing, Duration pongTimeout) {
        public Heartbeat {
            require(sse.toMillis() >= 100, "sse-heartbeat", "100ms or more");
            require(webSocketPing.toMillis() >= 100, "websocket-ping", "100ms or more");
            require(
                    pongTimeout.toMillis() >= 50 && pongTimeout.compareTo(webSocketPing) < 0,
                    "pong-timeout",
                    "50ms or more, and shorter than websocket-ping");
        }
    }

    /** How long clients are asked to wait before they come back: each its own time between the two. */
    public record Reconnect(Duration min, Duration max) {
        public Reconnect {
            require(!min.isNegative() && min.compareTo(max) <= 0, "retry-min", "0s to retry-max");
        }
    }

    /**
     * What outlives a connection.
     *
     * @param window how long a session waits for its client; 0 is not at all
     * @param presence how long of that its user is still present
     * @param waiting how many sessions of this node may wait at once
     */
    public record Session(Duration window, Duration presence, int waiting) {
        public Session {
            require(
                    window.isZero() || (window.toMillis() >= 1000 && window.toHours() < 1),
                    "session.window",
                    "0s (off), or 1s to 59m");
            require(!presence.isNegative() && presence.toMinutes() < 5, "session.presence", "0s to 5m");
            require(waiting >= 1, "session.waiting", "1 or more");
        }
    }

    /**
     * What one connection may cost.
     *
     * @param channels how many channels it may follow; 1 to 100, since a cursor has room for 100
     * @param writeBytes how much is handed to the socket at once
     * @param controlBytes how much may wait to be sent beside events
     * @param stall how long a socket may take nothing before the client is cut off
     * @param messagesPerSecond how many WebSocket messages a client may send on the average
     * @param messageBurst how many at once
     */
    public record Limits(
            int channels, int writeBytes, long controlBytes, Duration stall, int messagesPerSecond, int messageBurst) {
        public Limits {
            require(channels >= 1 && channels <= 100, "limits.channels", "1 to 100");
            require(writeBytes >= 1024, "limits.write-bytes", "1 KiB or more");
            require(controlBytes >= 64 * 1024, "limits.control-bytes", "64 KiB or more");
            require(stall.toMillis() >= 1000, "limits.stall", "1s or more");
            require(messagesPerSecond >= 1, "limits.messages-per-second", "1 or more");
            require(messageBurst >= 1, "limits.message-burst", "1 or more");
        }
    }
}
