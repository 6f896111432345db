package io.millrace.protocol;

/** A channel's state as it is answered over HTTP, with the position from which to go on. */
public record StatePage(ChannelName channel, Position position, JsonData data) {
    public byte[] json() {
        return new JsonObjectWriter(data.size() + 256)
                .text("channel", channel.value())
                .text("epoch", position.epoch().value())
                .number("offset", position.offset())
                .text("id", Cursor.of(channel, position))
                .raw("data", data.utf8())
                .bytes();
    }
}
