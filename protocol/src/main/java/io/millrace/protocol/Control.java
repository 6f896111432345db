package io.millrace.protocol;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server says about the stream itself, between the events. On SSE {@link #name()} is the {@code event:} and
 * {@link #json()} the {@code data:}; on a WebSocket the name is the {@code type} and the members follow
 * ({@link ServerMessage#control}). No publisher can use these names ({@link EventType#RESERVED}).
 */
public sealed interface Control {
    String name();

    byte[] json();

    /**
     * The first word on a connection: who it is for and where it stands.
     *
     * @param heartbeat the longest silence to expect; twice that without a byte means the line is dead
     */
    record Connected(
            String connectionId,
            String userId,
            @Nullable String entityId,
            List<Standing> channels,
            Epoch epoch,
            Duration heartbeat)
            implements Control {
        public Connected {
            channels = List.copyOf(channels);
        }

        @Override
        public String name() {
            return "connected";
        }

        @Override
        public byte[] json() {
            return new JsonObjectWriter()
                    .text("connectionId", connectionId)
                    .text("userId", userId)
                    .text("entityId", entityId)
                    .list("channels", channels.stream().map(Standing::json).toList())
                    .text("epoch", epoch.value())
                    .number("heartbeatSeconds", heartbeat.toSeconds())
                    .bytes();
        }
    }

    /**
     * Where one channel stands as a connection begins.
     *
     * @param head the newest event's offset, 0 where there is none
     * @param availableFrom the oldest offset still kept; head + 1 where nothing is
     * @param from the stream goes on after this offset
     */
    record Standing(ChannelName channel, long head, long availableFrom, long from) {
        byte[] json() {
            return new JsonObjectWriter()
                    .text("channel", channel.value())
                    .number("head", head)
                    .number("availableFrom", availableFrom)
                    .number("from", from)
                    .bytes();
        }
    }

    /**
     * The stream can't go on exactly where the client asked: a gap, said aloud. What is kept follows from
     * {@code availableFrom} on.
     *
     * @param requested the position asked for, or null where the cursor named none for this channel
     */
    record Reset(
            ChannelName channel,
            @Nullable Position requested,
            long availableFrom,
            long head,
            Epoch epoch,
            ResetReason reason)
            implements Control {
        private static final byte[] NULL = {'n', 'u', 'l', 'l'};

        @Override
        public String name() {
            return "reset";
        }

        @Override
        public byte[] json() {
            return new JsonObjectWriter()
                    .text("channel", channel.value())
                    .raw("requested", requested == null ? NULL : position(requested))
                    .number("availableFrom", availableFrom)
                    .number("head", head)
                    .text("epoch", epoch.value())
                    .text("reason", reason.code())
                    .bytes();
        }

        private static byte[] position(Position position) {
            return new JsonObjectWriter()
                    .text("epoch", position.epoch().value())
                    .number("offset", position.offset())
                    .bytes();
        }
    }

    /**
     * The stream of a whole family can't go on exactly where the client asked. A family has no offsets to tell; what is
     * kept of it follows.
     */
    record FamilyReset(String pattern, Epoch epoch, ResetReason reason) implements Control {
        private static final byte[] NULL = {'n', 'u', 'l', 'l'};

        @Override
        public String name() {
            return "reset";
        }

        @Override
        public byte[] json() {
            return new JsonObjectWriter()
                    .text("channel", pattern)
                    .raw("requested", NULL)
                    .text("epoch", epoch.value())
                    .text("reason", reason.code())
                    .bytes();
        }
    }

    /** Nothing more will come on this stream; a client must not come back by itself. */
    record Complete() implements Control {
        @Override
        public String name() {
            return "complete";
        }

        @Override
        public byte[] json() {
            return new JsonObjectWriter().bytes();
        }
    }

    /** A refusal or an ending told inside the stream, since a browser can't read the headers of one. */
    record Problem(Refusal refusal) implements Control {
        @Override
        public String name() {
            return "problem";
        }

        @Override
        public byte[] json() {
            JsonObjectWriter json =
                    new JsonObjectWriter().text("code", refusal.code().code()).text("detail", refusal.detail());
            return refusal.advice(json).bytes();
        }
    }

    /** The server is about to close; the client comes back after this pause, its own share of a spread. */
    record Reconnect(Duration after, Code reason) implements Control {
        @Override
        public String name() {
            return "reconnect";
        }

        @Override
        public byte[] json() {
            return new JsonObjectWriter()
                    .number("afterMillis", after.toMillis())
                    .text("reason", reason.code())
                    .bytes();
        }
    }

    /** Only that the line is alive, for a client that asked to hear it as an event; it carries no id. */
    record Heartbeat() implements Control {
        @Override
        public String name() {
            return "heartbeat";
        }

        @Override
        public byte[] json() {
            return new JsonObjectWriter().bytes();
        }
    }
}
