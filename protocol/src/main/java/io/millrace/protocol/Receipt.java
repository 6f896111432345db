package io.millrace.protocol;

import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * What a publisher gets for a stored event: its place for ever.
 *
 * @param duplicate whether an earlier publish with the same key stored it
 */
public record Receipt(String id, ChannelName channel, Position position, boolean duplicate) {
    public byte[] json() {
        return new JsonObjectWriter()
                .text("id", id)
                .text("channel", channel.value())
                .number("offset", position.offset())
                .text("epoch", position.epoch().value())
                .flag("duplicate", duplicate)
                .bytes();
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
