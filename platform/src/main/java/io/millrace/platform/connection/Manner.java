package io.millrace.platform.connection;

import io.millrace.platform.preset.Preset;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** How connections that come by the same door are spoken to: one for each preset and node, and the product's own. */
public final class Manner {
    /** The product's own. */
    public static final Manner OURS = new Manner(new StreamWire(), new SocketWire(), null);

    private final Wire stream;
    private final Wire socket;
    private final Preset.@Nullable Pace pace;
    private volatile @Nullable ConnectionSettings settings;

    private Manner(Wire stream, Wire socket, Preset.@Nullable Pace pace) {
        this.stream = stream;
        this.socket = socket;
        this.pace = pace;
    }

    public static Manner of(Preset preset, Clock clock) {
        Preset.Words words = preset.words();
        return new Manner(
                new PresetStreamWire(words.stream(), preset.pace().heartbeat(), clock),
                new PresetSocketWire(words.socket(), clock),
                preset.pace());
    }

    Wire wire(Transport transport) {
        return transport == Transport.SSE ? stream : socket;
    }

    /** The node's, but for heartbeats and the time to come back. */
    ConnectionSettings settings(ConnectionSettings node) {
        Preset.Pace own = pace;
        if (own == null) {
            return node;
        }
        ConnectionSettings known = settings;
        if (known == null) {
            Preset.Heartbeat beat = own.heartbeat();
            known = new ConnectionSettings(
                    new ConnectionSettings.Heartbeat(beat.interval(), beat.ping(), beat.pongTimeout()),
                    new ConnectionSettings.Reconnect(
                            own.retry().min(), own.retry().max()),
                    node.limits(),
                    node.session(),
                    node.gzip());
            settings = known;
        }
        return known;
    }
}
