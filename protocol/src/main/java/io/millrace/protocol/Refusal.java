package io.millrace.protocol;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A no with its reason, as a value: {@code code} says which rule, {@code detail} what in this case, {@code retryAfter} how
 * long to wait where that is known. The detail carries no secrets and no payload.
 */
public record Refusal(Code code, String detail, @Nullable Duration retryAfter) {
    public static final String PROBLEM_TYPE_PREFIX = "urn:millrace:problem:";

    public Refusal {
        if (retryAfter != null && retryAfter.isNegative()) {
            throw new IllegalArgumentException("retryAfter is negative");
        }
    }

    public static Refusal of(Code code) {
        return new Refusal(code, code.happened(), null);
    }

    public static Refusal of(Code code, String detail) {
        return new Refusal(code, detail, null);
    }

    public static Refusal of(Code code, String detail, Duration retryAfter) {
        return new Refusal(code, detail, retryAfter);
    }

    public static Refusal of(InvalidInput fault) {
        return new Refusal(fault.code(), String.valueOf(fault.getMessage()), null);
    }

    /** Whole seconds for a {@code Retry-After} header, rounded up so that nobody comes too early; -1 where not known. */
    public long retryAfterSeconds() {
        return retryAfter == null ? -1 : retryAfter.plusNanos(999_999_999).toSeconds();
    }

    /**
     * The RFC 9457 problem document, {@code application/problem+json}.
     *
     * @param instance the request's path; null where the request couldn't be read as far as that
     */
    public byte[] problemJson(@Nullable String instance) {
        JsonObjectWriter json = new JsonObjectWriter()
                .text("type", PROBLEM_TYPE_PREFIX + code.code())
                .text("title", code.happened())
                .number("status", code.httpStatus())
                .text("detail", detail);
        if (instance != null) {
            json.text("instance", instance);
        }
        return advice(json.text("code", code.code())).bytes();
    }

    /** What every form of a refusal ends with, on HTTP, in an event stream and on a WebSocket. */
    JsonObjectWriter advice(JsonObjectWriter json) {
        json.number("number", code.number()).flag("retry", code.retry()).text("remedy", code.remedy());
        return retryAfter == null ? json : json.number("retryAfter", retryAfterSeconds());
    }
}
