package io.millrace.platform.edge;

import com.typesafe.config.Config;
import io.millrace.protocol.JsonInput;
import java.time.Duration;

/** The settings under {@code millrace.edge}. * @param realtime whether events are delivered live; off, they can only be asked for
 */
public record EdgeSettings(
        Publishing publishing,
        History history,
        Socket socket,
        int streamChannels,
        Admission admission,
        Proxies trustedProxies,
        boolean realtime) {

    public static EdgeSettings from(Config edge) {
        Config history = edge.getConfig("history");
        Config webSocket = edge.getConfig("websocket");
        return new EdgeSettings(
                new Publishing(
                        Math.toIntExact(edge.getBytes("batch-bytes")),
                        edge.getInt("batch-events"),
                        edge.getDuration("body-timeout")),
                new History(
                        history.getInt("default-limit"),
                        history.getInt("max-limit"),
                        Math.toIntExact(history.getBytes("max-bytes")),
                        history.getDuration("max-wait")),
                new Socket(
                        Math.toIntExact(webSocket.getBytes("frame-bytes")),
                        Math.toIntExact(webSocket.getBytes("message-bytes")),
                        webSocket.getInt("fragments")),
                edge.getInt("stream-channels"),
                new Admission(
                        edge.getInt("max-connections"),
                        edge.getInt("admission.per-second"),
                        edge.getInt("admission.burst"),
                        edge.getDuration("admission.come-back-within")),
                Proxies.of(edge.getStringList("trusted-proxies")),
                edge.getBoolean("realtime"));
    }

    public EdgeSettings {
        require(streamChannels >= 1 && streamChannels <= 100, "stream-channels", "1 to 100");
    }

    private static void require(boolean holds, String key, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("millrace.edge." + key + ": " + rule);
        }
    }

    /**
     * What one publish may bring.
     *
     * @param batchBytes the whole body
     * @param batchEvents events in one batch
     * @param bodyTimeout how long the body may take to arrive
     */
    public record Publishing(int batchBytes, int batchEvents, Duration bodyTimeout) {
        public Publishing {
            require(
                    batchBytes >= 1024 && batchBytes <= 2 * 1024 * 1024 - 64 * 1024,
                    "batch-bytes",
                    "1 KiB to 1.9 MiB, since a batch must fit one frame between nodes");
            require(batchEvents >= 1 && batchEvents <= 10_000, "batch-events", "1 to 10000");
            require(bodyTimeout.toMillis() >= 100, "body-timeout", "100ms or more");
        }

        JsonInput.Limits limits() {
            return new JsonInput.Limits(batchBytes, JsonInput.DEFAULT_MAX_DEPTH);
        }
    }

    /** What one look into the history may bring, and how long it may wait for something new. */
    public record History(int defaultLimit, int maxLimit, int maxBytes, Duration maxWait) {
        public History {
            require(maxLimit >= 1 && maxLimit <= 10_000, "history.max-limit", "1 to 10000");
            require(defaultLimit >= 1 && defaultLimit <= maxLimit, "history.default-limit", "1 to max-limit");
            require(maxBytes >= 64 * 1024, "history.max-bytes", "64 KiB or more");
            require(maxWait.toSeconds() >= 1 && maxWait.toSeconds() <= 120, "history.max-wait", "1s to 120s");
        }
    }

    /** What a WebSocket client may send at once. */
    public record Socket(int frameBytes, int messageBytes, int fragments) {
        public Socket {
            require(frameBytes >= 125, "websocket.frame-bytes", "125 bytes or more");
            require(messageBytes >= frameBytes, "websocket.message-bytes", "frame-bytes or more");
            require(fragments >= 1, "websocket.fragments", "1 or more");
        }
    }

    /**
     * Who is let in.
     *
     * @param connections how many a node carries
     * @param perSecond how many new ones it takes on the average
     * @param burst how many at once
     * @param comeBackWithin those refused come back each at its own moment inside this time
     */
    public record Admission(int connections, int perSecond, int burst, Duration comeBackWithin) {
        public Admission {
            require(connections >= 1, "max-connections", "1 or more");
            require(perSecond >= 1, "admission.per-second", "1 or more");
            require(burst >= 1, "admission.burst", "1 or more");
            require(
                    comeBackWithin.toMillis() >= 1000 && comeBackWithin.toMinutes() <= 10,
                    "admission.come-back-within",
                    "1s to 10m");
        }
    }
}
