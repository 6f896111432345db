package io.millrace.platform.connection;

import static io.millrace.platform.fakes.Sample.CHANNEL;
import static io.millrace.platform.fakes.Sample.events;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.platform.fakes.MemoryJournal;
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
