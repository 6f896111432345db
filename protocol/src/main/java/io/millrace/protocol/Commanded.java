package io.millrace.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What a command came to.
 *
 * @param position just after its last event; the channel's head where it came to none
 * @param id the cursor of that position
 * @param events how many events it came to, the last of which is at the position
 * @param duplicate whether an earlier command with the same id did it
 * @param reply what the behaviour answers, where it has something to say
 */
public record Commanded(
        ChannelName channel,
        CommandDraft command,
        Position position,
        String id,
        int events,
        boolean duplicate,
        @Nullable JsonData reply) {

    public byte[] json() {
        JsonObjectWriter json = new JsonObjectWriter()
                .text("channel", channel.value())
                .text("command", command.name())
                .text("commandId", command.id())
                .text("epoch", position.epoch().value())
                .number("offset", position.offset())
                .text("id", id);
        if (events > 0) {
            json.number("firstOffset", position.offset() - events + 1);
        }
        return json.number("events", events)
                .flag("duplicate", duplicate)
                .raw("reply", reply == null ? null : reply.utf8())
                .bytes();
    }
}
