package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.protocol.Control;
import io.millrace.protocol.Epoch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** What a connection says before any event: who it is for and where it stands. */
record FirstWords(
        Wire wire, ConnectionId id, Login login, Epoch epoch, Duration silence, Control.@Nullable Session session) {

    /** A WebSocket's; its channels come later, each with an answer of its own. */
    ByteString ofSocket() {
        return wire.control(connected(List.of()), null);
    }

    /**
     * An event stream's. Resets and states go before {@code connected}, and of several only the last carries the cursor: a
     * client that is cut off in between comes back with its old cursor and is told again, never with a new one and in
     * silence.
     */
    ByteString ofStream(Line.Greeting greeting) {
        ByteString bytes = ByteString.emptyByteString();
        List<Control> first = new ArrayList<>();
        greeting.begun().forEach(begun -> Stream.of(begun.reset(), begun.state())
                .filter(Objects::nonNull)
                .forEach(first::add));
        for (int i = 0; i < first.size(); i++) {
            boolean last = i == first.size() - 1;
            bytes = bytes.concat(wire.control(first.get(i), last ? greeting.cursor() : null));
        }
        List<Control.Standing> standings =
                greeting.begun().stream().map(Beginning::standing).toList();
        return bytes.concat(wire.control(connected(standings), greeting.cursor()));
    }

    /** A family has no head to tell: {@code connected} names no channels, and its id says where the stream goes on. */
    ByteString ofFamily(FamilyBeginning begun) {
        String cursor = begun.feed().cursor(begun.position());
        Control.FamilyReset reset = begun.reset();
        ByteString first = reset == null ? ByteString.emptyByteString() : wire.control(reset, cursor);
        return first.concat(wire.control(connected(List.of()), cursor));
    }

    private Control.Connected connected(List<Control.Standing> standings) {
        return new Control.Connected(id.value(), login.subject(), login.entity(), standings, epoch, silence, session);
    }
}
