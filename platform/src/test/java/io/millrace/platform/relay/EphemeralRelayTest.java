package io.millrace.platform.relay;

import static io.millrace.platform.fakes.Sample.CHANNEL;
import static io.millrace.platform.fakes.Sample.EPOCH;
import static io.millrace.platform.fakes.Sample.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.persistence.Journal;
import io.millrace.persistence.Journal.Bounds;
import io.millrace.persistence.Journal.Page;
import io.millrace.platform.channel.Announcement;
import io.millrace.platform.channel.Announcement.Announced;
import io.millrace.platform.channel.Announcement.Head;
import io.millrace.platform.channel.Channel;
import io.millrace.platform.channel.Channel.Follow;
import io.millrace.platform.fakes.MemoryJournal;
import io.millrace.platform.fakes.Sample;
import io.millrace.protocol.Event;
import io.millrace.protocol.Position;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A relay of a channel that isn't journaled; the channel is a probe, and the journal must not be asked. */
class EphemeralRelayTest {
    private static final ActorTestKit KIT = ActorTestKit.create("ephemeral-relay");

    private final MemoryJournal journal = new MemoryJournal();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final TestProbe<Channel.Command> channel = KIT.createTestProbe();
    private final Listener listener = new Listener() {
        @Override
        public void wake() {}

        @Override
        public void lost() {}
    };

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void theChannelAloneSaysWhereTheListBegins() {
        journal.append(CHANNEL, events(1, 3)); // of a time when the family was journaled
        Feed feed = joined(7_000);
        assertThat(feed.live().head()).isEqualTo(7_000);
        assertThat(feed.boundsNow().toCompletableFuture().join()).isEqualTo(new Bounds(7_000, 7_001));
        assertThat(journal.reads()).isZero();
    }

    @Test
    void whatDidNotArriveIsGoneAndCountedAndTheListGoesOnBehindIt() {
        CompletableFuture<Feed> joining = join();
        ActorRef<Announcement> ear = follower(0);
        ear.tell(new Head(0));
        Feed feed = joining.orTimeout(5, TimeUnit.SECONDS).join();
        ear.tell(new Announced(events(1, 2)));
        await().until(() -> feed.live().head() == 2);
        LiveList.Node upToDate = feed.live().after(2);
        ear.tell(new Announced(events(5, 6)));
        await().until(() -> feed.live().head() == 6);
        assertThat(upToDate.next()).isSameAs(LiveList.Node.FALLEN);
        assertThat(feed.pageAfter(2).toCompletableFuture().join().events()).isEmpty();
        EncodedPage left = feed.pageAfter(4).toCompletableFuture().join();
        assertThat(left.events()).extracting(EncodedEvent::offset).containsExactly(5L, 6L);
        assertThat(left.bounds()).isEqualTo(new Bounds(6, 5));
        ear.tell(new Head(9));
        await().until(() -> feed.live().head() == 9);
        assertThat(registry.get("millrace.relay.skips").counter().count()).isEqualTo(2);
        assertThat(journal.reads()).isZero();
    }

    @Test
    void aLeaseTellsTheChannelHowFarItHasSeen() {
        Feed feed = joined(7_000);
        assertThat(feed.live().head()).isEqualTo(7_000);
        follower(7_000);
    }

    @Test
    void theRingAnswersWhatAJournalIsAsked() {
        LiveList live = new LiveList(100, 5, Long.MAX_VALUE);
        Journal ring = new Ring(live);
        for (Event event : events(101, 108)) {
            live.append(LiveChannel.encode(event));
        }
        assertThat(ring.bounds(CHANNEL).toCompletableFuture().join()).isEqualTo(new Bounds(108, 104));
        assertThat(offsets(ring, 105, 107)).containsExactly(106L, 107L);
        assertThat(offsets(ring, 103, Position.MAX_OFFSET)).containsExactly(104L, 105L, 106L, 107L, 108L);
        assertThat(offsets(ring, 102, Position.MAX_OFFSET)).isEmpty();
        assertThat(offsets(ring, 108, Position.MAX_OFFSET)).isEmpty();
        assertThat(ring.read(CHANNEL, 103, 200, 1).toCompletableFuture().join().events())
                .as("at least one, however large")
                .hasSize(1);
        assertThat(ring.offsetBefore(CHANNEL, Sample.START.plusMillis(106))
                        .toCompletableFuture()
                        .join())
                .isEqualTo(105);
        assertThat(ring.offsetBefore(CHANNEL, Sample.START)
                        .toCompletableFuture()
                        .join())
                .isZero();
    }

    private static List<Long> offsets(Journal ring, long after, long upTo) {
        Page page =
                ring.read(CHANNEL, after, upTo, 1 << 20).toCompletableFuture().join();
        return page.events().stream().map(Event::offset).toList();
    }

    private Feed joined(long head) {
        CompletableFuture<Feed> joining = join();
        follower(0).tell(new Head(head));
        return joining.orTimeout(5, TimeUnit.SECONDS).join();
    }

    private ActorRef<Announcement> follower(long seen) {
        Follow follow = channel.expectMessageClass(Follow.class, Duration.ofSeconds(5));
        assertThat(follow.seen()).isEqualTo(seen);
        return follow.follower();
    }

    private CompletableFuture<Feed> join() {
        RelaySettings settings = new RelaySettings(
                new RelaySettings.Live(100, 64 * 1024),
                new RelaySettings.Pages(100, 64 * 1024),
                new RelaySettings.Gather(100, 1024 * 1024, 100, 1024 * 1024),
                new RelaySettings.Timing(
                        Duration.ofMillis(600), Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(1)));
        ActorRef<Relay.Command> relay = KIT.spawn(Relay.create(
                CHANNEL,
                channel.ref(),
                new Relay.Surroundings(
                        settings,
                        Sample.families("orders.class = ephemeral"),
                        journal,
                        EPOCH,
                        new RelayMeters(registry),
                        KIT.<RelayKeeper.Command>createTestProbe().ref(),
                        committed -> {})));
        CompletableFuture<Feed> joined = new CompletableFuture<>();
        relay.tell(new Relay.Join(listener, joined));
        return joined;
    }
}
