package io.millrace.protocol;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The end of a finite stream: the last event of a channel, in the journal with an offset as any other. It is an event of
 * the type {@code complete} or {@code problem}, which no publisher can name; its data is one object of what the publisher
 * gave along: {@code data}, and for a problem {@code detail} and {@code reason}. Frames add the rest.
 */
public final class StreamEnd {
    private static final int MAX_DETAIL_BYTES = 1024;
    private static final int MAX_REASON_BYTES = 64;
    private static final Set<String> FIELDS = Set.of("data", "key", "problem");
    private static final Set<String> PROBLEM_FIELDS = Set.of("detail", "code");

    private StreamEnd() {}

    /**
     * The body of a completion: {@code {"data"?,"key"?,"problem"?:{"detail","code"?}}}.
     *
     * @param headerKey the request's idempotency key
     */
    public static Draft draft(byte[] body, JsonInput.Limits limits, @Nullable String headerKey) {
        JsonPart whole = JsonInput.object(body, limits);
        JsonFields in = new JsonFields(whole.fields(), FIELDS);
        byte[] data = JsonInput.optionalData(in, limits);
        String key = JsonInput.key(in.text("key"), headerKey);
        JsonPart problem = in.get("problem");
        return problem == null ? complete(data, key) : failed(problem, data, key);
    }

    private static Draft complete(byte @Nullable [] data, @Nullable String key) {
        byte[] kept = new JsonObjectWriter().raw("data", data).bytes();
        return new Draft(EventType.COMPLETE, JsonData.trusted(kept), null, key);
    }

    private static Draft failed(JsonPart problem, byte @Nullable [] data, @Nullable String key) {
        if (!problem.isObject()) {
            throw new InvalidInput("problem", "must be an object {\"detail\",\"code\"?}");
        }
        try {
            JsonFields in = new JsonFields(problem.fields(), PROBLEM_FIELDS);
            String detail = in.requiredText("detail");
            Texts.requirePrintable("detail", detail, MAX_DETAIL_BYTES);
            String reason = in.text("code");
            if (reason != null) {
                Texts.requirePrintable("code", reason, MAX_REASON_BYTES);
            }
            byte[] kept = new JsonObjectWriter()
                    .text("detail", detail)
                    .text("reason", reason)
                    .raw("data", data)
                    .bytes();
            return new Draft(EventType.PROBLEM, JsonData.trusted(kept), null, key);
        } catch (InvalidInput fault) {
            throw fault.within("problem");
        }
    }

    /** What an event stream has as {@code data:} of the end. */
    public static byte[] json(ChannelName channel, Event end) {
        return members(
                        new JsonObjectWriter(end.data().size() + 256)
                                .text("channel", channel.value())
                                .number("offset", end.offset()),
                        end)
                .bytes();
    }

    /** What an end says beside its place: for a problem, what every client understands of one, then what was kept. */
    static JsonObjectWriter members(JsonObjectWriter json, Event end) {
        if (end.type().equals(EventType.PROBLEM)) {
            Refusal.of(Code.STREAM_FAILED).advice(json.text("code", Code.STREAM_FAILED.code()));
        }
        return json.membersOf(end.data().utf8());
    }
}
