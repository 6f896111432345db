package io.millrace.protocol;

import org.jspecify.annotations.Nullable;

/**
 * An event as its publisher hands it in, before the channel has numbered it.
 *
 * @param source what it comes from, where the publisher says so; subscribers can filter by it
 * @param key the idempotency key: the same key in the same channel within the window is the same event
 */
public record Draft(EventType type, JsonData data, @Nullable String source, @Nullable String key) {
    public static final int MAX_SOURCE_BYTES = 255;
    public static final int MAX_KEY_BYTES = 255;

    public Draft {
        if (source != null) {
            Texts.requirePrintable("source", source, MAX_SOURCE_BYTES);
        }
        if (key != null) {
            Texts.requirePrintable("key", key, MAX_KEY_BYTES);
        }
    }
}
