package io.millrace.platform.edge;

import io.millrace.platform.relay.EncodedEvent;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.CursorGroup;
import io.millrace.protocol.Epoch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Several channels' readings as one: by time, each channel in its own order, and no more than the limit. */
final class JointHistory {
    private final List<HistoryReading.Read> reads;
    private final int[] taken;
    private final List<EncodedEvent> events = new ArrayList<>();

    JointHistory(List<HistoryReading.Read> reads, int limit) {
        this.reads = reads;
        this.taken = new int[reads.size()];
        for (int next = earliest(); next >= 0 && events.size() < limit; next = earliest()) {
            events.add(reads.get(next).events().get(taken[next]++));
        }
    }

    /** The channel whose next event is the oldest; -1 where none has more. */
    private int earliest() {
        int found = -1;
        Instant time = Instant.MAX;
        for (int i = 0; i < reads.size(); i++) {
            List<EncodedEvent> mine = reads.get(i).events();
            if (taken[i] < mine.size() && mine.get(taken[i]).event().time().isBefore(time)) {
                found = i;
                time = mine.get(taken[i]).event().time();
            }
        }
        return found;
    }

    List<EncodedEvent> events() {
        return events;
    }

    /** Where each channel goes on: after what was taken of it, and after all that was read where that is taken. */
    String next(Epoch epoch) {
        List<ChannelName> channels =
                reads.stream().map(HistoryReading.Read::channel).toList();
        CursorGroup cursor = new CursorGroup(epoch, channels);
        for (int i = 0; i < reads.size(); i++) {
            HistoryReading.Read read = reads.get(i);
            boolean whole = taken[i] == read.events().size();
            long position = whole
                    ? read.position()
                    : taken[i] == 0
                            ? read.after()
                            : read.events().get(taken[i] - 1).offset();
            cursor.moveTo(read.channel(), position);
        }
        return cursor.text();
    }
}
