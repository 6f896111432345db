package io.millrace.platform.connection;

import static io.millrace.platform.fakes.Sample.CHANNEL;
import static io.millrace.platform.fakes.Sample.EPOCH;
import static io.millrace.platform.fakes.Sample.START;
import static io.millrace.platform.fakes.Sample.events;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.platform.fakes.MemoryJournal;
import io.millrace.platform.fakes.Sample;
import io.millrace.platform.relay.LiveChannel;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Event;
import io.millrace.protocol.EventType;
import io.millrace.protocol.Position;
import io.millrace.protocol.ResetReason;
import io.millrace.protocol.Start;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BeginningTest {
    private final MemoryJournal journal = new MemoryJournal();
    private LiveChannel live = live(0);

    @BeforeEach
    void fifty() {
        journal.append(CHANNEL, events(1, 50));
        journal.trim(CHANNEL, 10);
        live = live(45);
        live.hears(events(46, 50));
    }

    @Test
    void withoutACursorItBeginsAtTheHead() {
        Beginning begun = find(null, new Start.Latest());
        assertThat(begun.position()).isEqualTo(50);
        assertThat(begun.reset()).isNull();
        assertThat(begun.standing().head()).isEqualTo(50);
        assertThat(begun.standing().availableFrom()).isEqualTo(11);
    }

    @Test
    void earliestIsTheOldestThatIsKept() {
        assertThat(find(null, new Start.Earliest()).position()).isEqualTo(10);
    }

    @Test
    void aTimeBeginsWithTheFirstEventThatIsNotOlder() {
        assertThat(find(null, new Start.Since(START.plusMillis(30))).position()).isEqualTo(29);
        assertThat(find(null, new Start.Since(START)).position()).isEqualTo(10);
        assertThat(find(null, new Start.Since(START.plusSeconds(99))).position())
                .isEqualTo(50);
    }

    @Test
    void aCursorGoesOnExactlyAfterIt() {
        for (long offset : new long[] {10, 11, 30, 44, 45, 47, 50}) {
            Beginning begun = find(cursor(offset), new Start.Latest());
            assertThat(begun.reset()).as("after %d", offset).isNull();
            assertThat(begun.position()).isEqualTo(offset);
        }
    }

    @Test
    void theLastEventIdGoesBeforeFrom() {
        assertThat(find(cursor(20), new Start.Earliest()).position()).isEqualTo(20);
    }

    @Test
    void fromMayBeACursorToo() {
        Start from = Start.parse(cursor(20));
        assertThat(find(null, from).position()).isEqualTo(20);
    }

    @Test
    void whatIsNoLongerKeptIsReset() {
        assertReset(cursor(9), ResetReason.RETENTION, 9L);
        assertReset(cursor(0), ResetReason.RETENTION, 0L);
    }

    @Test
    void aPlaceBeyondTheHeadIsReset() {
        assertReset(cursor(51), ResetReason.FUTURE, 51L);
        assertReset(cursor(Position.MAX_OFFSET), ResetReason.FUTURE, Position.MAX_OFFSET);
    }

    @Test
    void anotherEpochIsReset() {
        assertReset(Cursor.of(CHANNEL, new Position(new Epoch("zzzz7777"), 20)), ResetReason.EPOCH, 20L);
    }

    @Test
    void anotherChannelsCursorIsReset() {
        assertReset(Cursor.of(ChannelName.of("orders:2"), new Position(EPOCH, 20)), ResetReason.FOREIGN, null);
    }

    @Test
    void whatIsNoCursorIsReset() {
        assertReset("garbage", ResetReason.MALFORMED, null);
        assertReset(cursor(20).substring(0, 14), ResetReason.MALFORMED, null);
        assertReset("-1", ResetReason.MALFORMED, null);
    }

    @Test
    void aClientThatTheListReachesBackToNeedsNoJournal() {
        journal.isAway(true);
        Beginning begun = find(cursor(47), new Start.Latest());
        assertThat(begun.position()).isEqualTo(47);
        assertThat(begun.reset()).isNull();
        assertThat(find(null, new Start.Latest()).position()).isEqualTo(50);
    }

    @Test
    void whoComesAfterTheEndHearsOfItWhileTheJournalIsAway() {
        live.hears(List.of(
                new Event(51, START.plusMillis(51), new EventType("complete"), Sample.json("{}"), null, null, "ann")));
        journal.isAway(true);
        assertThat(find(null, new Start.Latest()).position()).isEqualTo(50);
    }

    @Test
    void aClientThatNeedsTheJournalWaitsForItRatherThanBeingReset() {
        journal.isAway(true);
        CompletableFuture<Beginning> finding = Beginning.find(
                        live.feed(), new Want(CHANNEL, cursor(20), new Start.Latest()))
                .toCompletableFuture();
        assertThat(finding).isCompletedExceptionally();
    }

    /** The client may have been on a node that heard of an event before this one did. */
    @Test
    void aClientThatIsAheadOfThisNodeIsNotReset() {
        find(cursor(20), new Start.Latest()); // the bounds are remembered for a second
        journal.append(CHANNEL, events(51, 53));
        Beginning begun = find(cursor(53), new Start.Latest());
        assertThat(begun.reset()).isNull();
        assertThat(begun.position()).isEqualTo(53);
    }

    private void assertReset(String lastEventId, ResetReason reason, @Nullable Long requested) {
        Beginning begun = find(lastEventId, new Start.Latest());
        assertThat(begun.position()).isEqualTo(10);
        assertThat(begun.reset()).isNotNull();
        assertThat(begun.reset().reason()).isEqualTo(reason);
        assertThat(begun.reset().availableFrom()).isEqualTo(11);
        assertThat(begun.reset().head()).isEqualTo(50);
        Position asked = begun.reset().requested();
        assertThat(asked == null ? null : asked.offset()).isEqualTo(requested);
    }

    private Beginning find(@Nullable String lastEventId, Start start) {
        return Beginning.find(live.feed(), new Want(CHANNEL, lastEventId, start))
                .toCompletableFuture()
                .join();
    }

    private static String cursor(long offset) {
        return Cursor.of(CHANNEL, new Position(EPOCH, offset));
    }

    private LiveChannel live(long head) {
        return new LiveChannel(journal, head, 10, 10, TestInbox.<Object>create().getRef());
    }
}
