package io.millrace.platform.edge;

import io.millrace.platform.preset.Preset;
import io.millrace.platform.relay.EncodedEvent;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.EventJson;
import io.millrace.protocol.HistoryPage;
import io.millrace.protocol.JointHistoryPage;
import io.millrace.protocol.PageShape;
import io.millrace.protocol.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How history is written: in the product's own words, or by an alias in its preset's. */
final class HistoryWords {
    private final Preset.@Nullable InHistory words;
    private final Epoch epoch;

    HistoryWords(@Nullable Preset preset, Epoch epoch) {
        this.words = preset == null ? null : preset.words().history();
        this.epoch = epoch;
    }

    byte[] page(List<HistoryReading.Read> reads, int limit) {
        byte[] page;
        if (reads.size() == 1) {
            HistoryReading.Read read = reads.get(0);
            page = page(read, read.events()).json();
        } else {
            JointHistory joint = new JointHistory(reads, limit);
            page = new JointHistoryPage(
                            epoch,
                            reads.stream().map(read -> page(read, List.of())).toList(),
                            items(joint.events()),
                            joint.next(epoch))
                    .json();
        }
        return words == null ? page : PageShape.of(page, words.page());
    }

    private HistoryPage page(HistoryReading.Read read, List<EncodedEvent> events) {
        String next = Cursor.of(read.channel(), new Position(epoch, read.position()));
        HistoryPage page = new HistoryPage(
                read.channel(),
                epoch,
                read.bounds().head(),
                read.bounds().availableFrom(),
                items(events),
                next,
                read.reset(),
                false);
        return read.isLast() ? page.last() : page;
    }

    private List<byte[]> items(List<EncodedEvent> events) {
        return events.stream().map(this::item).toList();
    }

    private byte[] item(EncodedEvent event) {
        String kind = event.event().isEnd() ? event.event().type().value() : "event";
        return words != null && words.items().changes(kind)
                ? words.items().always(event.message(), event.event().time())
                : EventJson.bytes(event.channel(), epoch, event.id(), event.event());
    }
}
