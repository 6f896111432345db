package io.millrace.protocol;

/** An event as JSON, its data spliced in byte for byte. Publisher and idempotency key stay inside the house. */
public final class EventJson {
    private static final int AROUND_DATA = 512;

    private EventJson() {}

    /** An item of a history page: {@code {"id","channel","offset","epoch","type","time","source"?,"data"}}. */
    public static byte[] bytes(ChannelName channel, Epoch epoch, String id, Event event) {
        return said(place(event, id, channel, epoch).text("type", event.type().value()), event);
    }

    /** The full envelope: as a history item, with the event's type under {@code event}. */
    public static byte[] full(ChannelName channel, Epoch epoch, String id, Event event) {
        return said(place(event, id, channel, epoch).text("event", event.type().value()), event);
    }

    /** What an operator's tap shows: the full envelope with what else the journal knows of it. */
    public static byte[] tapped(ChannelName channel, Epoch epoch, String id, Event event) {
        return said(
                place(event, id, channel, epoch)
                        .text("event", event.type().value())
                        .text("publisher", event.publisher())
                        .text("key", event.key())
                        .number("bytes", event.data().size()),
                event);
    }

    /** Name and data of an event, as they are compressed for an event stream. */
    public static byte[] named(String type, byte[] data) {
        return new JsonObjectWriter(data.length + AROUND_DATA)
                .text("event", type)
                .raw("data", data)
                .bytes();
    }

    /**
     * The WebSocket message: the full envelope with {@code type} before it. A stream's end is a message of its own type,
     * {@code complete} or {@code problem}.
     */
    static byte[] message(ChannelName channel, Epoch epoch, String id, Event event) {
        String type = event.type().value();
        JsonObjectWriter json = new JsonObjectWriter(event.data().size() + AROUND_DATA);
        if (event.isEnd()) {
            return said(place(json.text("type", type), event, id, channel, epoch), event);
        }
        return said(place(json.text("type", "event"), event, id, channel, epoch).text("event", type), event);
    }

    private static byte[] said(JsonObjectWriter json, Event event) {
        json.time("time", event.time()).text("source", event.source());
        return event.isEnd()
                ? StreamEnd.members(json, event).bytes()
                : json.raw("data", event.data().utf8()).bytes();
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
