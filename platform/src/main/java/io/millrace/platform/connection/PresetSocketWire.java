package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.platform.preset.Preset.Close;
import io.millrace.platform.preset.Preset.OnSocket;
import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedEvent.Shape;
import io.millrace.protocol.Code;
import io.millrace.protocol.ServerMessage;
import io.millrace.protocol.TopicScope.Party;
import io.millrace.protocol.WsFrames;
import java.time.Clock;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** A WebSocket in a preset's words. Each event is encoded once a node and form, and shared as in the product's own. */
final class PresetSocketWire extends SocketWire {
    private final OnSocket words;
    private final Clock clock;
    private final boolean changesEvents;
    private final Shape message;
    private final Shape compressed;
    private final Shape item;

    PresetSocketWire(OnSocket words, Clock clock) {
        this.words = words;
        this.clock = clock;
        this.changesEvents = words.said().changes("event")
                || words.said().changes("complete")
                || words.said().changes("problem");
        this.item = event -> words.said().always(event.message(), event.event().time());
        this.message = event -> WsFrames.text(item.encode(event));
        this.compressed = event -> WsFrames.text(ServerMessage.compressed(item.encode(event)));
    }

    @Override
    ByteString event(EncodedEvent event, @Nullable String cursor, Form form) {
        if (!changesEvents) {
            return super.event(event, cursor, form);
        }
        ByteString frame = event.frame(message);
        return frame.size() <= form.compressAbove() ? frame : shorter(frame, event.frame(compressed));
    }

    @Override
    ByteString item(EncodedEvent event) {
        return changesEvents ? event.frame(item) : super.item(event);
    }

    @Override
    ByteString message(byte[] json) {
        byte[] theirs = words.said().of(json, clock.instant());
        return theirs == null ? ByteString.emptyByteString() : super.message(theirs);
    }

    @Override
    byte[] heard(byte[] utf8, @Nullable Login login) {
        return words.heard().toOurs(utf8, login == null ? null : new Party(login.subject(), login.entity()));
    }

    @Override
    boolean endsOn(Code code) {
        return words.endsOn().contains(code);
    }

    @Override
    ByteString end(Code code) {
        Close close = words.close().get(code);
        return close == null
                ? super.end(code)
                : ByteString.fromArrayUnsafe(WsFrames.close(close.code(), close.reason()));
    }
}
