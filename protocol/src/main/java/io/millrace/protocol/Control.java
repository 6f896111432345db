package io.millrace.protocol;

import java.time.Duration;
import java.time.Instant;
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
     * @param session where the connection's session outlives it
     */
    record Connected(
            String connectionId,
            String userId,
            @Nullable String entityId,
            List<Standing> channels,
            Epoch epoch,
            Duration heartbeat,
            @Nullable Session session)
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
                    .raw("session", session == null ? null : session.json())
                    .bytes();
        }
    }

    /**
     * How the client may come back to its session.
     *
     * @param secret to be shown together with the connection's id
     * @param window how long the session waits for it
     * @param resumed whether the connection went on with an earlier one's session
     */
    record Session(String secret, Duration window, boolean resumed) {
        byte[] json() {
            JsonObjectWriter json =
                    new JsonObjectWriter().text("secret", secret).number("seconds", window.toSeconds());
            return (resumed ? json.flag("resumed", true) : json).bytes();
        }

        /** Without the secret, which belongs in no log. */
        @Override
        public String toString() {
            return "Session[window=" + window + ", resumed=" + resumed + "]";
        }
    }

    /**
     * Where one channel stands as a connection begins.
     *
     * @param head the newest event's offset, 0 where there is none
     * @param availableFrom the oldest offset still kept; head + 1 where nothing is
     * @param from the stream goes on after this offset
     * @param complete whether the head is the channel's last event ever
     */
    record Standing(ChannelName channel, long head, long availableFrom, long from, boolean complete) {
        public Standing(ChannelName channel, long head, long availableFrom, long from) {
            this(channel, head, availableFrom, from, false);
        }

        /** Whether nothing more will come on this channel, not even its end. */
        public boolean isOver() {
            return complete && from >= head;
        }

        byte[] json() {
            JsonObjectWriter json = new JsonObjectWriter()
                    .text("channel", channel.value())
                    .number("head", head)
                    .number("availableFrom", availableFrom)
                    .number("from", from);
            return (complete ? json.flag("complete", true) : json).bytes();
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

    /** What all events of the channel up to {@code offset} come to; the changes after it follow. */
    record State(ChannelName channel, long offset, JsonData data) implements Control {
        @Override
        public String name() {
            return "state";
        }

        @Override
        public byte[] json() {
            return new JsonObjectWriter(data.size() + 256)
                    .text("channel", channel.value())
                    .number("offset", offset)
                    .raw("data", data.utf8())
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

    /**
     * Who is on a channel: first everybody ({@code state}), then each user who comes ({@code join}) or has left with the
     * last connection ({@code leave}).
     *
     * @param userId who came or left; null in a state
     * @param users the first of those who are there; null but in a state
     * @param count how many there are, in a state
     */
    record Presence(
            ChannelName channel,
            String action,
            @Nullable String userId,
            @Nullable List<PresentUser> users,
            int count,
            Instant time)
            implements Control {

        public static Presence state(ChannelName channel, List<PresentUser> users, int count, Instant time) {
            return new Presence(channel, "state", null, List.copyOf(users), count, time);
        }

        public static Presence change(ChannelName channel, String userId, boolean joins, Instant time) {
            return new Presence(channel, joins ? "join" : "leave", userId, null, 0, time);
        }

        @Override
        public String name() {
            return "presence";
        }

        @Override
        public byte[] json() {
            JsonObjectWriter json = new JsonObjectWriter()
                    .text("channel", channel.value())
                    .text("action", action)
                    .text("userId", userId);
            if (users != null) {
                json.list("users", users.stream().map(PresentUser::json).toList())
                        .number("count", count);
            }
            return json.time("time", time).bytes();
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
