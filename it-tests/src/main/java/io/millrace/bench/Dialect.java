package io.millrace.bench;

import org.jspecify.annotations.Nullable;

/**
 * How a server is asked: its paths, and the words by which it tells a subscriber that it listens. The floors speak
 * Millrace's.
 */
enum Dialect {
    MILLRACE {
        @Override
        String eventsPath(String channel, String query) {
            return "/v1/channels/" + channel + "/events" + (query.isEmpty() ? "" : "?" + query);
        }

        @Override
        String publishPath(String channel) {
            return "/v1/channels/" + channel + "/events";
        }

        @Override
        String socketPath(String channel) {
            return "/v1/ws";
        }

        @Override
        String subscribeMessage(String channel) {
            return "{\"type\":\"subscribe\",\"channel\":\"" + channel + "\"}";
        }

        @Override
        String readyWord(boolean webSocket) {
            return webSocket ? "\"subscribed\"" : "connected";
        }
    },

    /** The paths are those of {@link Nchan}'s configuration. */
    NCHAN {
        @Override
        String eventsPath(String channel, String query) {
            return (query.equals(FROM_THE_BEGINNING) ? "/past/" : "/sub/") + channel;
        }

        @Override
        String publishPath(String channel) {
            return "/pub/" + channel;
        }

        @Override
        String socketPath(String channel) {
            return "/ws/" + channel;
        }

        @Override
        @Nullable
        String subscribeMessage(String channel) {
            return null;
        }

        @Override
        String readyWord(boolean webSocket) {
            return webSocket ? "" : ": hi";
        }
    };

    static final String FROM_THE_BEGINNING = "from=earliest";

    /** The query has no question mark; an empty one starts at what comes next. */
    abstract String eventsPath(String channel, String query);

    abstract String publishPath(String channel);

    abstract String socketPath(String channel);

    /** What a WebSocket client says first; null where the path has said it. */
    abstract @Nullable String subscribeMessage(String channel);

    /** Empty where the head of the answer is the word. */
    abstract String readyWord(boolean webSocket);
}
