package io.millrace.platform.connection;

import static io.millrace.platform.fakes.Sample.CHANNEL;
import static io.millrace.platform.fakes.Sample.events;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.platform.fakes.MemoryJournal;
import io.millrace.platform.fakes.Sample;
import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedPage;
import io.millrace.platform.relay.LiveChannel;
import io.millrace.protocol.Event;
import io.millrace.protocol.View;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;

class TrackTest {
    private final MemoryJournal journal = new MemoryJournal();
    private LiveChannel live = live(0);

    @Test
    void whoIsUpToDateIsLiveAtOnce() {
        Track track = new Track(live.feed(), 0, View.PLAIN);
        assertThat(track.next()).isNull();
        assertThat(track.isLive()).isTrue();
        assertThat(track.needsPage()).isFalse();
        assertThat(track.hasMore()).isFalse();
        publish(1, 3);
        assertThat(track.hasMore()).isTrue();
        assertThat(drain(track)).containsExactly(1L, 2L, 3L);
        assertThat(track.position()).isEqualTo(3);
    }

    @Test
    void whoIsBehindTheListReadsPagesAndThenGoesLive() {
        journal.append(CHANNEL, events(1, 20));
        live = live(20);
        Track track = new Track(live.feed(), 5, View.PLAIN);
        assertThat(track.next()).isNull();
        assertThat(track.needsPage()).isTrue();
        assertThat(readPage(track)).isTrue();
        assertThat(track.hasMore()).isTrue();
        assertThat(drain(track)).hasSize(5).startsWith(6L);
        while (track.needsPage()) {
            readPage(track);
            drain(track);
        }
        publish(21, 22);
        assertThat(drain(track)).containsExactly(21L, 22L);
        assertThat(track.isLive()).isTrue();
        assertThat(track.position()).isEqualTo(22);
    }

    @Test
    void aSlowReaderThatFallsOffTheListGoesBackToTheJournalAndRejoins() {
        Track track = new Track(live.feed(), 0, View.PLAIN);
        assertThat(drain(track)).isEmpty();
        publish(1, 30);
        List<Long> got = new ArrayList<>();
        for (int i = 0; i < 10 && track.position() < 30; i++) {
            got.addAll(drain(track));
            if (track.needsPage()) {
                assertThat(readPage(track)).isTrue();
            }
        }
        assertThat(got).isEqualTo(events(1, 30).stream().map(Event::offset).toList());
        assertThat(track.isLive()).isTrue();
    }

    @Test
    void aSlowReaderOfTheNewestOnlyGetsEachValuesNewestAndNothingThatIsOutdated() {
        live = new LiveChannel(
                Sample.family("slow-client = latest"),
                journal,
                0,
                10,
                10,
                TestInbox.create().getRef());
        Track track = new Track(live.feed(), 0, View.PLAIN);
        assertThat(drain(track)).isEmpty();
        publish(1, 35); // all of one value
        List<Long> got = new ArrayList<>(drain(track));
        long leftOut = 0;
        while (track.needsPage()) {
            assertThat(readPage(track)).isTrue();
            leftOut += track.takeLeftOut();
            got.addAll(drain(track));
        }
        assertThat(track.position()).isEqualTo(35);
        assertThat(track.isLive()).isTrue();
        assertThat(got).isSorted().endsWith(35L).hasSizeLessThan(20);
        assertThat(got.size() + leftOut).isEqualTo(35);
        publish(36, 38);
        assertThat(drain(track)).as("live again, nothing is left out").containsExactly(36L, 37L, 38L);
        assertThat(track.isCutOff()).isFalse();
    }

    @Test
    void whoComesBackWithACursorMissesNothingWhateverThePolicy() {
        journal.append(CHANNEL, events(1, 20));
        live = new LiveChannel(
                Sample.family("slow-client = latest"),
                journal,
                20,
                10,
                10,
                TestInbox.create().getRef());
        Track track = new Track(live.feed(), 5, View.PLAIN);
        List<Long> got = new ArrayList<>(drain(track));
        while (track.needsPage()) {
            readPage(track);
            got.addAll(drain(track));
        }
        assertThat(got).isEqualTo(events(6, 20).stream().map(Event::offset).toList());
    }

    @Test
    void aSlowReaderOfAStrictFamilyIsToBeCutOff() {
        live = new LiveChannel(
                Sample.family("slow-client = disconnect"),
                journal,
                0,
                10,
                10,
                TestInbox.create().getRef());
        Track track = new Track(live.feed(), 0, View.PLAIN);
        drain(track);
        assertThat(track.isCutOff()).isFalse();
        publish(1, 30);
        drain(track);
        assertThat(track.isCutOff()).isTrue();
    }

    @Test
    void eventsThatAreInThePageAndInTheListComeOnce() {
        publish(1, 8);
        Track track = new Track(live.feed(), 0, View.PLAIN);
        track.readingBegins();
        track.readingEnded(page(track, 0));
        publish(9, 9);
        assertThat(drain(track))
                .isEqualTo(events(1, 9).stream().map(Event::offset).toList());
    }

    @Test
    void aPageThatDoesNotGoOnRightAfterThePositionIsNotTaken() {
        publish(1, 30);
        journal.trim(CHANNEL, 15);
        Track track = new Track(live.feed(), 3, View.PLAIN);
        assertThat(track.next()).isNull();
        assertThat(track.needsPage()).isTrue();
        track.readingBegins();
        assertThat(track.needsPage()).isFalse();
        assertThat(track.readingEnded(page(track, 3))).isFalse();
        track.skipTo(15, false);
        List<Long> got = new ArrayList<>();
        while (track.position() < 30) {
            got.addAll(drain(track));
            if (track.needsPage()) {
                readPage(track);
            }
        }
        assertThat(got).isEqualTo(events(16, 30).stream().map(Event::offset).toList());
    }

    @Test
    void aFailedReadingIsTriedAgain() {
        publish(1, 30);
        Track track = new Track(live.feed(), 0, View.PLAIN);
        track.next();
        track.readingBegins();
        assertThat(track.hasMore()).isFalse();
        track.readingFailed();
        assertThat(track.needsPage()).isTrue();
    }

    @Test
    void aReaderFromBeforeTheListBeganAnewGoesToTheJournal() {
        Track track = new Track(live.feed(), 0, View.PLAIN);
        assertThat(drain(track)).isEmpty();
        journal.append(CHANNEL, events(1, 50));
        live.restartAt(50);
        assertThat(track.hasMore()).isTrue();
        assertThat(track.next()).isNull();
        assertThat(track.needsPage()).isTrue();
        assertThat(readPage(track)).isTrue();
        assertThat(drain(track)).startsWith(1L);
    }

    /** A client may come from a node that is further on than this one: nothing comes until this one has caught up. */
    @Test
    void aPositionBeyondTheListWaitsForTheListToComeThere() {
        Track track = new Track(live.feed(), 3, View.PLAIN);
        assertThat(drain(track)).isEmpty();
        publish(1, 3);
        assertThat(drain(track)).isEmpty();
        publish(4, 5);
        assertThat(drain(track)).containsExactly(4L, 5L);
    }

    private LiveChannel live(long head) {
        return new LiveChannel(journal, head, 10, 10, TestInbox.<Object>create().getRef());
    }

    private void publish(long first, long last) {
        journal.append(CHANNEL, events(first, last));
        assertThat(live.hears(events(first, last))).isTrue();
    }

    private boolean readPage(Track track) {
        track.readingBegins();
        return track.readingEnded(page(track, track.position()));
    }

    private static EncodedPage page(Track track, long after) {
        return track.feed().pageAfter(after).toCompletableFuture().join();
    }

    private static List<Long> drain(Track track) {
        List<Long> offsets = new ArrayList<>();
        for (EncodedEvent event = track.next(); event != null; event = track.next()) {
            offsets.add(event.offset());
        }
        return offsets;
    }
}
