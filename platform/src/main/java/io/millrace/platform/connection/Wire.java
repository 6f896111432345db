package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedEvent.Frame;
import io.millrace.protocol.Code;
import io.millrace.protocol.Control;
import io.millrace.protocol.WsFrames;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * How a transport writes what a connection has to say. Shared by all connections that are spoken to in the same manner;
 * holds no state.
 */
abstract class Wire {
    private static final ByteString COMMA = ByteString.fromString(",");

    abstract Transport transport();

    boolean isStream() {
        return transport() == Transport.SSE;
    }

    /** The very first bytes, sent before anything is known. */
    abstract ByteString opening(Duration retry);

    /**
     * One event.
     *
     * @param cursor the connection's own cursor where it follows several channels, null where the event's own id will do
     */
    abstract ByteString event(EncodedEvent event, @Nullable String cursor, Form form);

    /** Several events at once; the cursor is as with {@link #event}. */
    abstract void batch(List<EncodedEvent> events, @Nullable String cursor, Gathered out);

    abstract ByteString control(Control control, @Nullable String cursor);

    /** Where the channel, or the whole connection on SSE, goes on from, without an event. */
    abstract ByteString moved(String channel, String cursor);

    /** What keeps the line alive and carries no id; nothing where nobody wants it. */
    abstract ByteString heartbeat();

    /** The longest silence to expect; zero where it has no end. */
    abstract Duration silence(ConnectionSettings.Heartbeat heartbeat);

    /** The last bytes, for this reason. */
    abstract ByteString end(Code code);

    /** The answer to a client that closes by itself. */
    abstract ByteString hangsUp(int closeCode);

    /** One of the server's messages, on a WebSocket. */
    ByteString message(byte[] json) {
        return ByteString.fromArrayUnsafe(WsFrames.text(json));
    }

    /** A client's message as one of ours. */
    byte[] heard(byte[] utf8, @Nullable Login login) {
        return utf8;
    }

    /** Whether a refusal of a client's message ends the connection. */
    boolean endsOn(Code code) {
        return false;
    }

    static ByteString shorter(EncodedEvent event, Frame plain, Frame compressed, Form form) {
        ByteString frame = event.frame(plain);
        if (frame.size() <= form.compressAbove()) {
            return frame;
        }
        return shorter(frame, event.frame(compressed));
    }

    static ByteString shorter(ByteString frame, ByteString zipped) {
        return zipped.size() < frame.size() ? zipped : frame;
    }

    /** The items with commas between them. */
    static void join(List<ByteString> items, Gathered out) {
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                out.add(COMMA);
            }
            out.add(items.get(i));
        }
    }

    static ByteString pong(byte[] payload) {
        return ByteString.fromArrayUnsafe(WsFrames.pong(payload));
    }
}
