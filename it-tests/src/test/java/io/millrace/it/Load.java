package io.millrace.it;

import io.millrace.it.History.Entry;

/** What test events look like: they name their channel and their value, with data a careless parser would change. */
public final class Load {
    private Load() {}

    public static String body(String channel, String value, String key, String padding) {
        return "{\"type\":\"it.event\"" + (key.isEmpty() ? "" : ",\"key\":\"" + key + "\"")
                + ",\"data\":{\"c\":\"" + channel + "\",\"v\":\"" + value
                + "\",\"n\":9007199254740993,\"e\":1e400,\"u\":\"\\u2028\\r\\n\u00fc\",\"p\":\"" + padding + "\"}}";
    }

    static Entry entry(long offset, String type, String data) {
        return new Entry(offset, member(data, "v"), type + " " + data);
    }

    public static String channel(String data) {
        return member(data, "c");
    }

    public static String value(String data) {
        return member(data, "v");
    }

    private static String member(String data, String name) {
        String opening = "\"" + name + "\":\"";
        int start = data.indexOf(opening) + opening.length();
        return data.substring(start, data.indexOf('"', start));
    }
}
