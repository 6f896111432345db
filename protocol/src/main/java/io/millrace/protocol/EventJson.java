package io.millrace.protocol;

/** An event as JSON, its data spliced in byte for byte. Publisher and idempotency key stay inside the house. */
public final class EventJson {
    private static final int AROUND_DATA = 512;

    private EventJson() {}

    /** An item of a history page: {@code {"id","channel","offset","epoch","type","time","source"?,"data"}}. */
    public static byte[] bytes(ChannelName channel, Epoch epoch, String id, Event event) {
        return place(event, id, channel, epoch)
                .text("type", event.type().value())
                .time("time", event.time())
                .text("source", event.source())
                .raw("data", event.data().utf8())
                .bytes();
    }

    /** The full envelope: as a history item, with the event's type under {@code event}. */
    public static byte[] full(ChannelName channel, Epoch epoch, String id, Event event) {
        return full(new JsonObjectWriter(event.data().size() + AROUND_DATA), channel, epoch, id, event);
    }

    /** The WebSocket message: the full envelope with {@code type} before it. */
    static byte[] message(ChannelName channel, Epoch epoch, String id, Event event) {
        JsonObjectWriter json = new JsonObjectWriter(event.data().size() + AROUND_DATA).text("type", "event");
        return full(json, channel, epoch, id, event);
    }

    /** Name and data of an event, as they are compressed for an event stream. */
    public static byte[] named(String type, byte[] data) {
        return new JsonObjectWriter(data.length + AROUND_DATA)
                .text("event", type)
                .raw("data", data)
                .bytes();
    }

    private static byte[] full(JsonObjectWriter json, ChannelName channel, Epoch epoch, String id, Event event) {
        return place(json, event, id, channel, epoch)
                .text("event", event.type().value())
                .time("time", event.time())
                .text("source", event.source())
                .raw("data", event.data().utf8())
                .bytes();
    }

    private static JsonObjectWriter place(Event event, String id, ChannelName channel, Epoch epoch) {
        return place(new JsonObjectWriter(event.data().size() + AROUND_DATA), event, id, channel, epoch);
    }

    private static JsonObjectWriter place(
            JsonObjectWriter json, Event event, String id, ChannelName channel, Epoch epoch) {
        return json.text("id", id)
                .text("channel", channel.value())
                .number("offset", event.offset())
                .text("epoch", epoch.value());
    }
}
