package io.millrace.platform.preset;

import io.millrace.protocol.Code;
import io.millrace.protocol.HeardTemplates;
import io.millrace.protocol.JsonTemplate;
import io.millrace.protocol.SaidTemplates;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * In which manner an alias's door answers. Words, pace and limits of another system; never what is promised.
 *
 * @param name in the settings; empty for the product's own manner
 */
public record Preset(String name, Entry entry, Pace pace, Form form, Words words) {

    /** Where a login's token may stand. */
    public enum Credential {
        AUTHORIZATION,
        COOKIE,
        QUERY,
        /** {@code authenticate} as a WebSocket's first message. */
        MESSAGE,
        /** {@code Sec-WebSocket-Protocol: bearer, <token>}. */
        SUBPROTOCOL,
        /** {@code {"auth":{"token":…}}} as a WebSocket's first message. */
        HANDSHAKE
    }

    /**
     * How one gets in.
     *
     * @param credentials null: those that the node accepts
     * @param cookie the name of the cookie here; null: the node's
     */
    public record Entry(@Nullable Set<Credential> credentials, @Nullable String cookie) {
        public boolean accepts(Credential credential, boolean otherwise) {
            return credentials == null ? otherwise : credentials.contains(credential);
        }
    }

    /** How often and how long. */
    public record Pace(Heartbeat heartbeat, Retry retry, Limits limits) {}

    /**
     * What keeps a silent line alive.
     *
     * @param text of a comment
     * @param name of an event, which never has an id
     * @param interval of an event stream's
     * @param ping a WebSocket's, always a ping frame
     */
    public record Heartbeat(
            Style style, String text, String name, Duration interval, Duration ping, Duration pongTimeout) {
        /** Of an event stream's heartbeat. */
        public enum Style {
            COMMENT,
            EVENT,
            NONE
        }

        public Heartbeat {
            require(!text.contains("\n") && !text.contains("\r"), "text", "one line");
            require(isEventName(name), "name", "the name of an event: one line that is not empty");
            require(interval.toMillis() >= 100, "interval", "100ms or more");
            require(ping.toMillis() >= 100, "ping", "100ms or more");
            require(
                    pongTimeout.toMillis() >= 50 && pongTimeout.compareTo(ping) < 0,
                    "pong-timeout",
                    "50ms or more, and shorter than ping");
        }
    }

    /** How long clients are asked to wait before they come back: each its own time between the two. */
    public record Retry(Duration min, Duration max) {
        public Retry {
            require(!min.isNegative() && min.compareTo(max) <= 0, "min", "0s to max");
        }
    }

    /** As {@code millrace.limits}. */
    public record Limits(int perUser, int perAddress, Duration idle) {
        public Limits {
            require(perUser >= 0, "per-user", "0 (no limit) or more");
            require(perAddress >= 0, "per-address", "0 (no limit) or more");
            require(idle.isZero() || idle.toMillis() >= 1000, "idle", "0s (for ever), or 1s or more");
        }
    }

    /**
     * How events are written to clients that don't ask for another form.
     *
     * @param compressAbove events longer than so many bytes come compressed
     */
    public record Form(Envelope envelope, boolean batch, int compressAbove) {
        public Form {
            require(compressAbove >= 0, "compress", "0 bytes or more");
        }
    }

    /** What is said and heard, by door. */
    public record Words(OnStream stream, OnSocket socket, InHistory history, @Nullable JsonTemplate stats) {}

    /**
     * On an event stream.
     *
     * @param names of control events, by ours; an empty one is not said
     * @param eventName of an event, with a place for its type; empty: events have no name
     * @param data templates of the {@code data:} by our type; others are as they are
     * @param items templates of the events inside a batch
     * @param batch the template around them
     */
    public record OnStream(
            Map<String, String> names,
            String eventName,
            SaidTemplates data,
            SaidTemplates items,
            @Nullable JsonTemplate batch) {
        public static final String TYPE = "{event}";

        private static final Set<String> MAY_BE_SILENT = Set.of("connected", "reconnect", "presence");

        /** What an event stream says beside events. */
        static final Set<String> CONTROLS = Set.of(
                "connected", "reset", "state", "reconnect", "complete", "problem", "presence", "batch", "compressed");

        public OnStream {
            names = Map.copyOf(names);
            names.forEach((control, name) -> {
                require(
                        CONTROLS.contains(control),
                        "control." + control,
                        "there is no such; there are " + String.join(", ", new TreeSet<>(CONTROLS)));
                require(
                        name.isEmpty() ? MAY_BE_SILENT.contains(control) : isEventName(name),
                        "control." + control,
                        name.isEmpty()
                                ? "can't be left unsaid, since a client would miss it"
                                : "the name of an event: one line");
            });
            require(
                    eventName.isEmpty() || isEventName(eventName),
                    "sse.event-name",
                    "one line, with {event} for the event's type");
        }

        /** Whether anything is said in other words than ours. */
        public boolean isOurs() {
            return names.isEmpty() && eventName.equals(TYPE) && data.isNone() && items.isNone() && batch == null;
        }
    }

    /**
     * On a WebSocket.
     *
     * @param close codes and reasons by our code; others are as they are
     * @param endsOn refusals that end the connection
     * @param refusesOpen whoever can't be let in is told so by a close, on a connection that is open, and not by the answer
     *     to the handshake, which a browser's page can't read
     */
    public record OnSocket(
            HeardTemplates heard, SaidTemplates said, Map<Code, Close> close, Set<Code> endsOn, boolean refusesOpen) {
        public OnSocket {
            close = Map.copyOf(close);
            endsOn = Set.copyOf(endsOn);
        }
    }

    /** How a WebSocket ends. */
    public record Close(int code, String reason) {
        private static final int MAX_REASON_BYTES = 123;

        public Close {
            // [spec] RFC 6455, 7.4: 1004 to 1006 and 1015 never stand in a frame, 1016 to 2999 are not assigned
            boolean legal =
                    (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999);
            require(legal, "code", "1000 to 1003, 1007 to 1014, or 3000 to 4999");
            require(
                    reason.getBytes(StandardCharsets.UTF_8).length <= MAX_REASON_BYTES,
                    "reason",
                    "at most " + MAX_REASON_BYTES + " bytes");
        }
    }

    /**
     * In a page of history.
     *
     * @param items templates of its events
     * @param page the template of the whole
     * @param parameters what clients call ours
     */
    public record InHistory(SaidTemplates items, @Nullable JsonTemplate page, Map<String, String> parameters) {
        public InHistory {
            parameters = Map.copyOf(parameters);
        }
    }

    static boolean isEventName(String name) {
        return !name.isEmpty() && name.chars().noneMatch(c -> c < ' ' || c == 0x7f);
    }

    private static void require(boolean holds, String key, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(key + ": " + rule);
        }
    }
}
