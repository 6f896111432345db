package io.millrace.protocol;

import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * What a publisher gets for a stored event: its place for ever.
 *
 * @param duplicate whether an earlier publish with the same key stored it
 * @param superseded whether a newer event of the same value key (type and source) stands there in its place
 */
public record Receipt(String id, ChannelName channel, Position position, boolean duplicate, boolean superseded) {
    public Receipt(String id, ChannelName channel, Position position, boolean duplicate) {
        this(id, channel, position, duplicate, false);
    }

    public byte[] json() {
        JsonObjectWriter json = new JsonObjectWriter()
                .text("id", id)
                .text("channel", channel.value())
                .number("offset", position.offset())
                .text("epoch", position.epoch().value())
                .flag("duplicate", duplicate);
        return (superseded ? json.flag("superseded", true) : json).bytes();
    }

    /** The answer to a batch: an array in the order of the request. */
    public static byte[] json(List<Receipt> receipts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(receipts.size() * 128 + 2);
        out.write('[');
        for (int i = 0; i < receipts.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            out.writeBytes(receipts.get(i).json());
        }
        out.write(']');
        return out.toByteArray();
    }
}
