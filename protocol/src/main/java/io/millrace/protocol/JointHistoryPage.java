package io.millrace.protocol;

import java.util.List;

/**
 * Several channels' history as one page, by time; within a channel in the order of its log.
 *
 * @param pages where each channel stands, without events
 * @param events items as in a {@link HistoryPage}
 * @param next the cursor of all channels to ask with for what comes after
 */
public record JointHistoryPage(Epoch epoch, List<HistoryPage> pages, List<byte[]> events, String next) {
    public JointHistoryPage {
        pages = List.copyOf(pages);
        events = List.copyOf(events);
    }

    public byte[] json() {
        return new JsonObjectWriter(events.stream().mapToInt(e -> e.length + 1).sum() + 512)
                .list("channels", pages.stream().map(HistoryPage::standing).toList())
                .text("epoch", epoch.value())
                .list("events", events)
                .text("next", next)
                .bytes();
    }
}
