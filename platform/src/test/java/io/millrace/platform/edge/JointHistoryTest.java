package io.millrace.platform.edge;

import static io.millrace.platform.fakes.Sample.EPOCH;
import static io.millrace.platform.fakes.Sample.TYPE;
import static io.millrace.platform.fakes.Sample.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.persistence.Journal.Bounds;
import io.millrace.platform.fakes.Sample;
import io.millrace.platform.relay.EncodedEvent;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Event;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JointHistoryTest {
    private static final ChannelName ONE = ChannelName.of("user:7");
    private static final ChannelName TWO = ChannelName.of("global");

    /** What was read of a channel after {@code after}: an event a moment, up to {@code position}. */
    private static HistoryReading.Read read(ChannelName channel, long after, long position, int... seconds) {
        List<EncodedEvent> events = IntStream.range(0, seconds.length)
                .mapToObj(i -> encoded(channel, after + 1 + i, seconds[i]))
                .toList();
        return new HistoryReading.Read(channel, events, new Bounds(position, 1), after, position, null);
    }

    private static EncodedEvent encoded(ChannelName channel, long offset, int second) {
        Event event = new Event(offset, Sample.START.plusSeconds(second), TYPE, json("" + second), null, null, "ann");
        return new EncodedEvent(channel, EPOCH, Cursor.stamp(channel, EPOCH), event);
    }

    private static List<String> told(JointHistory history) {
        return history.events().stream()
                .map(each -> each.channel() + " " + each.offset())
                .toList();
    }

    private static long place(JointHistory history, ChannelName channel) {
        Cursor cursor = ((Cursor.Valid) Cursor.parse(history.next(EPOCH))).cursor();
        return ((Cursor.At) cursor.find(channel)).position().offset();
    }

    @Test
    void eventsComeByTimeAndEachChannelsInItsOwnOrder() {
        JointHistory history = new JointHistory(List.of(read(ONE, 4, 7, 1, 5, 2), read(TWO, 0, 2, 3, 6)), 100);
        assertThat(told(history)).containsExactly("user:7 5", "global 1", "user:7 6", "user:7 7", "global 2");
        assertThat(place(history, ONE)).isEqualTo(7);
        assertThat(place(history, TWO)).isEqualTo(2);
    }

    @Test
    void whatTheLimitLeavesOutComesOnTheNextPage() {
        JointHistory history = new JointHistory(List.of(read(ONE, 4, 7, 1, 2, 4), read(TWO, 9, 11, 3, 5)), 2);
        assertThat(told(history)).containsExactly("user:7 5", "user:7 6");
        assertThat(place(history, ONE)).isEqualTo(6);
        assertThat(place(history, TWO)).as("nothing of it was told").isEqualTo(9);
    }

    /** Events that a filter hid lie behind the last that was told. */
    @Test
    void whereAllWasTakenItGoesOnBehindAllThatWasRead() {
        JointHistory history = new JointHistory(List.of(read(ONE, 4, 30, 1), read(TWO, 0, 12)), 100);
        assertThat(told(history)).containsExactly("user:7 5");
        assertThat(place(history, ONE)).isEqualTo(30);
        assertThat(place(history, TWO)).isEqualTo(12);
    }
}
