package io.millrace.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Strict JSON in: one value, UTF-8, no duplicate names, bounded in bytes and depth. What a publisher calls {@code data} is
 * kept as written but for white space between tokens, so {@code 1e400}, {@code 9007199254740993} and {@code "\ud800"}
 * come out as they went in. Whatever is wrong is an {@link InvalidInput} that names the place, such as {@code [3].type}.
 */
public final class JsonInput {
    public static final int DEFAULT_MAX_DEPTH = 32;

    /** A batch's object in its array, around an event's data. */
    private static final int WRAPPERS = 2;

    private static final String HEADER = "Idempotency-Key";

    /** Room for {@code #} and an index of at most four digits behind a batch's key. */
    private static final int MAX_BATCH_KEY_BYTES = Draft.MAX_KEY_BYTES - 5;

    private static final Set<String> DRAFT_FIELDS = Set.of("type", "data", "key", "source");

    private JsonInput() {}

    /**
     * @param maxBytes of the whole input
     * @param maxDepth of an event's data: how many objects and arrays stand in each other, 1 to 512
     */
    public record Limits(int maxBytes, int maxDepth) {
        public Limits {
            if (maxBytes < 1 || maxDepth < 1 || maxDepth > 512) {
                throw new IllegalArgumentException("maxBytes is at least 1, maxDepth 1 to 512");
            }
        }

        public static Limits ofBytes(int maxBytes) {
            return new Limits(maxBytes, DEFAULT_MAX_DEPTH);
        }
    }

    /** One JSON value, such as an event's data. */
    public static JsonData data(byte[] utf8, Limits limits) {
        requireSize("data", utf8, limits, Code.EVENT_TOO_LARGE);
        return JsonData.trusted(JsonScanner.compact("data", utf8, limits.maxDepth(), 0));
    }

    /** Whether a body is an array, by its first character; says nothing of the rest. */
    public static boolean isBatch(byte[] body) {
        for (byte b : body) {
            if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
                return b == '[';
            }
        }
        return false;
    }

    /**
     * The body of a publish: one {@code {"type","data","key"?,"source"?}} or a non-empty array of them.
     *
     * @param headerKey the request's idempotency key; item i of a batch gets {@code headerKey#i}
     */
    public static List<Draft> drafts(byte[] body, Limits limits, @Nullable String headerKey, int maxBatch) {
        requireSize("body", body, limits, Code.BODY_TOO_LARGE);
        if (headerKey != null) {
            Texts.requirePrintable(HEADER, headerKey, isBatch(body) ? MAX_BATCH_KEY_BYTES : Draft.MAX_KEY_BYTES);
        }
        JsonPart part = JsonPart.of(JsonScanner.compact("body", body, limits.maxDepth(), WRAPPERS));
        if (part.isArray()) {
            return batch("", part, limits, headerKey, maxBatch);
        }
        if (!part.isObject()) {
            throw new InvalidInput("body", "must be an object {\"type\",\"data\"} or an array of them");
        }
        return List.of(draft("", part, limits, headerKey));
    }

    static List<Draft> batch(String path, JsonPart part, Limits limits, @Nullable String headerKey, int maxBatch) {
        String whole = path.isEmpty() ? "body" : path;
        List<JsonPart> items = part.items();
        if (items.isEmpty()) {
            throw new InvalidInput(whole, "a batch has at least one event");
        }
        if (items.size() > maxBatch) {
            throw new InvalidInput(Code.BATCH_TOO_LARGE, whole, "a batch has at most " + maxBatch + " events");
        }
        List<Draft> drafts = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            String key = headerKey == null ? null : headerKey + "#" + i;
            drafts.add(draft(path + "[" + i + "]", items.get(i), limits, key));
        }
        return List.copyOf(drafts);
    }

    static Draft draft(String path, JsonPart part, Limits limits, @Nullable String headerKey) {
        if (!part.isObject()) {
            throw new InvalidInput(path, "must be an object {\"type\",\"data\"}");
        }
        try {
            return draft(part.fields(), limits, headerKey);
        } catch (InvalidInput fault) {
            throw fault.within(path);
        }
    }

    private static Draft draft(Map<String, JsonPart> fields, Limits limits, @Nullable String headerKey) {
        JsonFields in = new JsonFields(fields, DRAFT_FIELDS);
        EventType type = EventType.of(in.requiredText("type"));
        JsonPart data = in.required("data");
        requireDepth(data, limits);
        String key = key(in.text("key"), headerKey);
        return new Draft(type, JsonData.trusted(data.bytes()), in.text("source"), key);
    }

    /** The one key of a request, which may stand in its body, in its header, or alike in both. */
    static @Nullable String key(@Nullable String key, @Nullable String headerKey) {
        return key("key", key, headerKey);
    }

    static @Nullable String key(String field, @Nullable String key, @Nullable String headerKey) {
        if (key != null && headerKey != null && !key.equals(headerKey)) {
            throw new InvalidInput(field, "must be left out or be the same as the request's " + HEADER);
        }
        if (headerKey != null) {
            Texts.requirePrintable(HEADER, headerKey, Draft.MAX_KEY_BYTES);
        }
        return key != null ? key : headerKey;
    }

    /** A body that is one object around an event's data. */
    static JsonPart object(byte[] body, Limits limits) {
        requireSize("body", body, limits, Code.BODY_TOO_LARGE);
        JsonPart part = JsonPart.of(JsonScanner.compact("body", body, limits.maxDepth(), WRAPPERS));
        if (!part.isObject()) {
            throw new InvalidInput("body", "must be a JSON object");
        }
        return part;
    }

    /** The member {@code data}, where there is one. */
    static byte @Nullable [] optionalData(JsonFields in, Limits limits) {
        JsonPart data = in.get("data");
        if (data == null) {
            return null;
        }
        requireDepth(data, limits);
        return data.bytes();
    }

    private static void requireDepth(JsonPart data, Limits limits) {
        if (data.depth() > limits.maxDepth()) {
            throw new InvalidInput(Code.INVALID_JSON, "data", "is nested deeper than " + limits.maxDepth() + " levels");
        }
    }

    private static void requireSize(String field, byte[] utf8, Limits limits, Code code) {
        if (utf8.length > limits.maxBytes()) {
            throw new InvalidInput(code, field, "at most " + limits.maxBytes() + " bytes");
        }
    }
}
