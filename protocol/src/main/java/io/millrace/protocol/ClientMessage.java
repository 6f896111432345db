package io.millrace.protocol;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client says on a WebSocket: one JSON object in one text message. Each may carry a {@code ref}, given back with
 * the answer. An unknown {@code type} or field is refused by name.
 */
public sealed interface ClientMessage {
    int MAX_TOKEN_LENGTH = 8192;

    /** A publish has an event's data in the event, the list and the message. */
    int WRAPPERS = 3;

    @Nullable
    Ref ref();

    /**
     * Logs in, as the first message, or renews the login.
     *
     * @param own whether to subscribe to the login's own channels as well
     * @param compress events whose message is longer than this many bytes are to come compressed; null leaves that as it is
     */
    record Authenticate(String token, boolean own, @Nullable Ref ref, @Nullable Integer compress)
            implements ClientMessage {
        /** Without the token, which belongs in no log. */
        @Override
        public String toString() {
            return "Authenticate[ref=" + ref + "]";
        }
    }

    /**
     * Goes on with the session of an earlier connection, without a login.
     *
     * @param from where the client stands, the newest id that it has of each channel or family ({@code jobs:*})
     */
    record Resume(@Nullable Ref ref, String connection, String secret, Map<String, String> from)
            implements ClientMessage {
        static final int MAX_LENGTH = 128;

        public Resume {
            from = Map.copyOf(from);
        }

        /** Without the secret, which belongs in no log. */
        @Override
        public String toString() {
            return "Resume[ref=" + ref + ", connection=" + connection + "]";
        }
    }

    /**
     * @param from where to begin, see {@link Start}; live only where left out
     * @param filter which events are wanted
     * @param presence whether to be told who is on the channel
     */
    record Subscribe(@Nullable Ref ref, ChannelName channel, @Nullable String from, Filter filter, boolean presence)
            implements ClientMessage {}

    /** Who is on a channel now? */
    record Presence(@Nullable Ref ref, ChannelName channel) implements ClientMessage {}

    /** Subscribes to every channel of the login's own, all from the same place. */
    record SubscribeOwn(@Nullable Ref ref, @Nullable String from, Filter filter) implements ClientMessage {}

    /** A whole family, by the pattern {@code family:*}. */
    record SubscribeFamily(@Nullable Ref ref, String family, @Nullable String from, Filter filter)
            implements ClientMessage {}

    record UnsubscribeFamily(@Nullable Ref ref, String family) implements ClientMessage {}

    record Unsubscribe(@Nullable Ref ref, ChannelName channel) implements ClientMessage {}

    record Ping(@Nullable Ref ref) implements ClientMessage {}

    record Publish(@Nullable Ref ref, ChannelName channel, List<Draft> drafts) implements ClientMessage {
        public Publish {
            drafts = List.copyOf(drafts);
        }
    }

    record Command(@Nullable Ref ref, ChannelName channel, CommandDraft command) implements ClientMessage {}

    /** @throws InvalidInput naming the field, as everything wrong with a message */
    static ClientMessage parse(byte[] utf8, JsonInput.Limits limits, int maxBatch) {
        if (utf8.length > limits.maxBytes()) {
            throw new InvalidInput(Code.MESSAGE_TOO_LARGE, "message", "at most " + limits.maxBytes() + " bytes");
        }
        JsonPart part = JsonPart.of(JsonScanner.compact("message", utf8, limits.maxDepth(), WRAPPERS));
        if (!part.isObject()) {
            throw new InvalidInput(Code.INVALID_MESSAGE, "message", "must be a JSON object with a type");
        }
        return parse(part.fields(), limits, maxBatch);
    }

    /** The message's ref where it can be read, for the answer to a message that is wrong elsewhere. */
    static @Nullable Ref refOf(byte[] utf8, JsonInput.Limits limits) {
        try {
            if (utf8.length > limits.maxBytes()) {
                return null;
            }
            JsonPart part = JsonPart.of(JsonScanner.compact("message", utf8, limits.maxDepth(), WRAPPERS));
            JsonPart ref = part.isObject() ? part.fields().get("ref") : null;
            return ref == null ? null : Ref.of(ref);
        } catch (InvalidInput unreadable) {
            return null;
        }
    }

    private static ClientMessage parse(Map<String, JsonPart> fields, JsonInput.Limits limits, int maxBatch) {
        JsonPart type = fields.get("type");
        String name = type != null && type.isText() ? type.text() : "";
        return switch (name) {
            case "authenticate" -> authenticate(only(fields, "token", "own", "compress"));
            case "resume" -> resume(only(fields, "connection", "secret", "from"));
            case "subscribe" -> subscribe(only(fields, "channel", "own", "from", "filters", "presence"));
            case "unsubscribe" -> {
                JsonFields in = only(fields, "channel");
                String family = family(in);
                yield family == null ? new Unsubscribe(ref(in), channel(in)) : new UnsubscribeFamily(ref(in), family);
            }
            case "presence" -> {
                JsonFields in = only(fields, "channel");
                yield new Presence(ref(in), channel(in));
            }
            case "ping" -> new Ping(ref(only(fields)));
            case "publish" -> publish(only(fields, "channel", "event", "events"), limits, maxBatch);
            case "command" -> {
                JsonFields in = only(fields, "channel", "name", "data", "id", "expectedOffset");
                yield new Command(ref(in), channel(in), CommandDraft.of(in.requiredText("name"), in, limits, null));
            }
            default ->
                throw new InvalidInput(
                        Code.INVALID_MESSAGE,
                        "type",
                        "must be authenticate, resume, subscribe, unsubscribe, publish, command, presence or ping");
        };
    }

    private static Authenticate authenticate(JsonFields in) {
        String token = in.requiredText("token");
        if (token.isEmpty() || token.length() > MAX_TOKEN_LENGTH) {
            throw new InvalidInput("token", "1 to " + MAX_TOKEN_LENGTH + " characters");
        }
        JsonPart compress = in.get("compress");
        return new Authenticate(
                token, in.flag("own"), ref(in), compress == null ? null : Compress.parse(compress.json()));
    }

    private static Resume resume(JsonFields in) {
        Map<String, String> from = new HashMap<>();
        JsonPart places = in.get("from");
        if (places != null && !places.isObject()) {
            throw new InvalidInput("from", "must be an object of ids by channel");
        }
        if (places != null) {
            places.fields().forEach((channel, id) -> from.put(channel, place(id.isText() ? id.text() : "")));
        }
        return new Resume(ref(in), credential(in, "connection"), credential(in, "secret"), from);
    }

    private static String credential(JsonFields in, String name) {
        String text = in.requiredText(name);
        if (text.isEmpty() || text.length() > Resume.MAX_LENGTH) {
            throw new InvalidInput(name, "1 to " + Resume.MAX_LENGTH + " characters");
        }
        return text;
    }

    private static String place(String from) {
        if (from.isEmpty() || from.length() > Cursor.MAX_LENGTH) {
            throw new InvalidInput(Code.INVALID_PARAMETER, "from", "1 to " + Cursor.MAX_LENGTH + " characters");
        }
        return from;
    }

    private static ClientMessage subscribe(JsonFields in) {
        String from = in.text("from");
        if (from != null) {
            place(from);
        }
        JsonPart filters = in.get("filters");
        Filter filter = filters == null ? Filter.NONE : FilterInput.json("filters", filters);
        if (in.flag("own")) {
            if (in.get("channel") != null || in.get("presence") != null) {
                throw new InvalidInput(
                        Code.INVALID_MESSAGE, "own", "stands for channels: send it without channel and presence");
            }
            return new SubscribeOwn(ref(in), from, filter);
        }
        String family = family(in);
        return family == null
                ? new Subscribe(ref(in), channel(in), from, filter, in.flag("presence"))
                : new SubscribeFamily(ref(in), family, from, filter);
    }

    private static Publish publish(JsonFields in, JsonInput.Limits limits, int maxBatch) {
        Ref ref = ref(in);
        ChannelName channel = channel(in);
        JsonPart event = in.get("event");
        JsonPart events = in.get("events");
        if ((event == null) == (events == null)) {
            throw new InvalidInput(Code.INVALID_MESSAGE, "event", "send either event or events");
        }
        if (event != null) {
            return new Publish(ref, channel, List.of(JsonInput.draft("event", event, limits, null)));
        }
        if (events == null || !events.isArray()) {
            throw new InvalidInput(Code.INVALID_MESSAGE, "events", "must be an array of events");
        }
        return new Publish(ref, channel, JsonInput.batch("events", events, limits, null, maxBatch));
    }

    private static JsonFields only(Map<String, JsonPart> fields, String... names) {
        Set<String> known = new HashSet<>(List.of(names));
        known.add("type");
        known.add("ref");
        return new JsonFields(fields, known);
    }

    private static @Nullable Ref ref(JsonFields in) {
        JsonPart part = in.get("ref");
        return part == null ? null : Ref.of(part);
    }

    private static @Nullable String family(JsonFields in) {
        String name = in.requiredText("channel");
        return name.endsWith(":*")
                ? ChannelName.of(name.substring(0, name.length() - 2)).value()
                : null;
    }

    private static ChannelName channel(JsonFields in) {
        return new ChannelName(in.requiredText("channel"));
    }
}
