package io.millrace.protocol;

import io.millrace.protocol.Control.Reset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer of the history door.
 *
 * @param events items as {@link EventJson#bytes} makes them, in the order of the log
 * @param next the cursor to ask with for what comes after this page
 * @param reset there where what was asked for couldn't be served exactly
 * @param complete whether this page reaches the end of a finite stream: nothing will come after it
 */
public record HistoryPage(
        ChannelName channel,
        Epoch epoch,
        long head,
        long availableFrom,
        List<byte[]> events,
        String next,
        @Nullable Reset reset,
        boolean complete) {
    public HistoryPage {
        events = List.copyOf(events);
    }

    public HistoryPage(
            ChannelName channel, Epoch epoch, long head, long availableFrom, List<byte[]> events, String next) {
        this(channel, epoch, head, availableFrom, events, next, null, false);
    }

    /** The same page, for a client that asked for another place. */
    public HistoryPage after(Reset said) {
        return new HistoryPage(channel, epoch, head, availableFrom, events, next, said, complete);
    }

    /** The same page, after which nothing will come. */
    public HistoryPage last() {
        return new HistoryPage(channel, epoch, head, availableFrom, events, next, reset, true);
    }

    /** Where the channel stands, without events. */
    byte[] standing() {
        JsonObjectWriter json = new JsonObjectWriter()
                .text("channel", channel.value())
                .number("head", head)
                .number("availableFrom", availableFrom)
                .raw("reset", reset == null ? null : reset.json());
        return (complete ? json.flag("complete", true) : json).bytes();
    }

    public byte[] json() {
        JsonObjectWriter json = new JsonObjectWriter(
                        events.stream().mapToInt(e -> e.length + 1).sum() + 512)
                .text("channel", channel.value())
                .text("epoch", epoch.value())
                .number("head", head)
                .number("availableFrom", availableFrom)
                .list("events", events)
                .text("next", next)
                .raw("reset", reset == null ? null : reset.json());
        return (complete ? json.flag("complete", true) : json).bytes();
    }
}
