package io.millrace.platform.connection;

import io.millrace.protocol.View;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a connection's stream is doing, as it sees itself.
 *
 * @param bufferedBytes handed to the socket and not taken, or waiting to be
 * @param eventNanos when the last event went out, by {@link System#nanoTime()}
 * @param views what it sees of each channel, and of each whole family ({@code jobs:*})
 */
public record Look(List<Place> places, long bufferedBytes, long eventNanos, Map<String, View> views) {

    /**
     * Where one channel stands: the offset sent last, and how many newer there are.
     *
     * @param filter what the subscription wants, in words; null where that is everything
     */
    public record Place(String channel, long position, long lag, @Nullable String filter) {

        /** A whole family, which has no offsets: its position is -1. */
        static Place ofFamily(String family, @Nullable String filter) {
            return new Place(family + ":*", -1, 0, filter);
        }
    }
}
