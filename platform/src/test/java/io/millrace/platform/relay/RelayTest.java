package io.millrace.platform.relay;

import static io.millrace.platform.fakes.Sample.CHANNEL;
import static io.millrace.platform.fakes.Sample.EPOCH;
import static io.millrace.platform.fakes.Sample.draft;
import static io.millrace.platform.fakes.Sample.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.channel.Announcement;
import io.millrace.platform.channel.Announcement.Announced;
import io.millrace.platform.channel.Announcement.Head;
import io.millrace.platform.channel.Answer;
import io.millrace.platform.channel.Answer.Accepted;
import io.millrace.platform.channel.Answer.Conflicted;
import io.millrace.platform.channel.Answer.Outcome;
import io.millrace.platform.channel.Channel;
import io.millrace.platform.channel.Channel.Follow;
import io.millrace.platform.channel.Channel.PublishAll;
import io.millrace.platform.channel.Channel.Unfollow;
import io.millrace.platform.fakes.MemoryJournal;
import io.millrace.platform.fakes.Sample;
import io.millrace.protocol.Code;
import io.millrace.protocol.Draft;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.FishingOutcome;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Walks the arrows of the table in {@link Relay}'s comment; the channel is a probe. */
class RelayTest {
    private static final ActorTestKit KIT = ActorTestKit.create("relay");
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration SHORT = Duration.ofMillis(50);

    private final MemoryJournal journal = new MemoryJournal();
    private final TestProbe<Channel.Command> channel = KIT.createTestProbe();
    private final TestProbe<RelayKeeper.Command> keeper = KIT.createTestProbe();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger wakes = new AtomicInteger();
    private final AtomicInteger losses = new AtomicInteger();
    private final Listener listener = new Listener() {
        @Override
        public void wake() {
            wakes.incrementAndGet();
        }

        @Override
        public void lost() {
            losses.incrementAndGet();
        }
    };
    private @Nullable ActorRef<Announcement> ear;
    private ActorRef<Relay.Command> relay = spawn(Duration.ofSeconds(30), Duration.ofSeconds(60));

    @AfterEach
    void stopRelay() {
        KIT.stop(relay);
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    // publishes

    @Test
    void whatComesWhileAWriteIsUnderWayGoesWithTheNext() {
        CompletableFuture<Published> first = publish(draft("1", null));
        PublishAll write = channel.expectMessageClass(PublishAll.class);
        CompletableFuture<Published> second = publish(draft("2", null));
        CompletableFuture<Published> third = publish(draft("3", null), draft("4", null));
        channel.expectNoMessage(SHORT);
        answer(write, accepted(1));
        PublishAll next = channel.expectMessageClass(PublishAll.class);
        assertThat(next.requests()).hasSize(2);
        assertThat(next.write().sequence()).isEqualTo(write.write().sequence() + 1);
        answer(next, accepted(2), new Conflicted(1, 9));
        assertThat(offsets(first)).containsExactly(1L);
        assertThat(offsets(second)).containsExactly(2L);
        Published.Refused refused =
                (Published.Refused) third.orTimeout(5, TimeUnit.SECONDS).join();
        assertThat(refused.refusal().code()).isEqualTo(Code.IDEMPOTENCY_CONFLICT);
        assertThat(refused.refusal().detail()).contains("event number 1");
    }

    @Test
    void whatWaitsForItsTurnIsAnsweredLaterAndHoldsNobodyUp() {
        CompletableFuture<Published> first = publish(draft("1", null));
        PublishAll write = channel.expectMessageClass(PublishAll.class);
        answer(write, new Answer.Waits());
        CompletableFuture<Published> second = publish(draft("2", null));
        PublishAll next = channel.expectMessageClass(PublishAll.class);
        answer(next, new Accepted(List.of(new Answer.Receipt(1, false))));
        assertThat(offsets(second)).containsExactly(1L);
        assertThat(first).isNotDone();
        answer(write, new Accepted(List.of(new Answer.Receipt(1, false, true))));
        assertThat(offsets(first)).containsExactly(1L);
        assertThat(((Published.Accepted) first.join()).receipts().get(0).superseded())
                .isTrue();
        assertThat(registry.get("millrace.publish.superseded").counter().count())
                .isEqualTo(1);
    }

    @Test
    void whatWaitsForItsTurnTooLongIsUnconfirmed() {
        respawn(Duration.ofMillis(100), Duration.ofMillis(300));
        CompletableFuture<Published> outcome = publish(draft("1", null));
        answer(channel.expectMessageClass(PublishAll.class), new Answer.Waits());
        assertThat(refusal(outcome)).isEqualTo(Code.PUBLISH_UNCONFIRMED);
    }

    @Test
    void overTheRateAPublisherIsToldWhenToComeBack() {
        CompletableFuture<Published> outcome = publish(draft("1", null));
        answer(channel.expectMessageClass(PublishAll.class), new Answer.Limited(1_200));
        Published.Refused refused =
                (Published.Refused) outcome.orTimeout(5, TimeUnit.SECONDS).join();
        assertThat(refused.refusal().code()).isEqualTo(Code.RATE_LIMITED);
        assertThat(refused.refusal().retryAfterSeconds()).isEqualTo(2);
    }

    @Test
    void aWriteWithoutAnAnswerIsSentAgainUnderTheSameName() {
        respawn(Duration.ofMillis(100), Duration.ofSeconds(30));
        CompletableFuture<Published> outcome = publish(draft("1", "a"));
        PublishAll first = channel.expectMessageClass(PublishAll.class);
        PublishAll again = channel.expectMessageClass(PublishAll.class, PATIENCE);
        assertThat(again.write()).isEqualTo(first.write());
        assertThat(again.requests()).isEqualTo(first.requests());
        answer(again, accepted(1));
        answer(first, accepted(1));
        assertThat(offsets(outcome)).containsExactly(1L);
    }

    @Test
    void pastItsTimeAWriteIsUnconfirmedAndTheNextGoesOn() {
        respawn(Duration.ofMillis(100), Duration.ofMillis(300));
        CompletableFuture<Published> lost = publish(draft("1", "a"));
        PublishAll write = channel.expectMessageClass(PublishAll.class);
        assertThat(refusal(lost)).isEqualTo(Code.PUBLISH_UNCONFIRMED);
        CompletableFuture<Published> next = publish(draft("2", null));
        PublishAll second = channel.expectMessageClass(PublishAll.class, PATIENCE);
        while (second.write().sequence() == 1) {
            second = channel.expectMessageClass(PublishAll.class, PATIENCE);
        }
        answer(write, accepted(1));
        answer(second, accepted(2));
        assertThat(offsets(next)).containsExactly(2L);
    }

    @Test
    void whatWasNeverSentIsRefusedAsBusyAndNotAsUnconfirmed() {
        respawn(Duration.ofMillis(250), Duration.ofMillis(300));
        CompletableFuture<Published> underWay = publish(draft("1", null));
        CompletableFuture<Published> waiting = publish(draft("2", null));
        assertThat(refusal(underWay)).isEqualTo(Code.PUBLISH_UNCONFIRMED);
        assertThat(refusal(waiting)).isEqualTo(Code.CHANNEL_BUSY);
    }

    @Test
    void moreThanMayWaitIsRefusedAtOnce() {
        publish(draft("1", null));
        channel.expectMessageClass(PublishAll.class);
        publish(Collections.nCopies(100, draft("2", null)).toArray(Draft[]::new));
        assertThat(refusal(publish(draft("3", null)))).isEqualTo(Code.CHANNEL_BUSY);
        assertThat(registry.get("millrace.publish.busy").counter().count()).isEqualTo(1);
    }

    // listeners

    @Test
    void theFirstToJoinHasTheRelayFollowAndTheListBeginsAtTheHead() {
        journal.append(CHANNEL, events(1, 7));
        Feed feed = join();
        channel.expectMessageClass(Follow.class);
        assertThat(feed.live().head()).isEqualTo(7);
        assertThat(join().live()).isSameAs(feed.live());
        channel.expectNoMessage(SHORT);
    }

    @Test
    void theChannelsWordOpensTheListWhileTheJournalIsAway() {
        journal.holdsAnswers();
        CompletableFuture<Feed> joined = new CompletableFuture<>();
        relay.tell(new Relay.Join(listener, joined));
        Follow follow = channel.expectMessageClass(Follow.class);
        follow.follower().tell(new Head(42));
        assertThat(joined.orTimeout(5, TimeUnit.SECONDS).join().live().head()).isEqualTo(42);
        journal.answersHeld();
    }

    @Test
    void theLeaseIsRenewedAlsoWhereTheJournalFailedBeforeTheChannelsWordCame() {
        journal.isAway(true);
        CompletableFuture<Feed> joined = new CompletableFuture<>();
        relay.tell(new Relay.Join(listener, joined));
        Follow follow = channel.expectMessageClass(Follow.class);
        follow.follower().tell(new Head(42));
        assertThat(joined.orTimeout(5, TimeUnit.SECONDS).join().live().head()).isEqualTo(42);
        channel.expectMessageClass(Follow.class, PATIENCE);
        channel.expectMessageClass(Follow.class, PATIENCE);
    }

    @Test
    void aJournalThatIsAwayWhenTheFirstJoinsIsAskedAgain() {
        journal.isAway(true);
        CompletableFuture<Feed> joined = new CompletableFuture<>();
        relay.tell(new Relay.Join(listener, joined));
        channel.expectMessageClass(Follow.class);
        assertThat(joined).isNotDone();
        journal.isAway(false);
        assertThat(joined.orTimeout(5, TimeUnit.SECONDS).join().live().head()).isZero();
    }

    @Test
    void whatIsAnnouncedEntersTheListAndWakesTheListeners() {
        Feed feed = join();
        announce(1, 3);
        awaitHead(feed, 3);
        await().until(() -> wakes.get() == 1);
        announce(4, 4);
        awaitHead(feed, 4);
    }

    @Test
    void whatIsAnnouncedTwiceOrOverlapsEntersOnce() {
        Feed feed = join();
        LiveList.Node start = feed.live().after(0);
        announce(1, 3);
        announce(1, 3);
        announce(2, 5);
        awaitHead(feed, 5);
        assertThat(offsetsFrom(start)).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void aGapIsRepairedFromTheJournal() {
        Feed feed = join();
        LiveList.Node start = feed.live().after(0);
        journal.append(CHANNEL, events(1, 9));
        announce(8, 9);
        awaitHead(feed, 9);
        assertThat(offsetsFrom(start)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(registry.get("millrace.relay.gaps").counter().count()).isEqualTo(1);
    }

    @Test
    void whatIsAnnouncedDuringARepairIsNotLost() {
        Feed feed = join();
        LiveList.Node start = feed.live().after(0);
        journal.holdsAnswers();
        journal.append(CHANNEL, events(1, 9));
        announce(5, 9);
        journal.append(CHANNEL, events(10, 12));
        announce(10, 12);
        await().until(() -> journal.reads() == 1);
        journal.answersHeld();
        awaitHead(feed, 12);
        assertThat(offsetsFrom(start)).hasSize(12);
    }

    @Test
    void aHeadBeyondTheListStartsARepair() {
        Feed feed = join();
        Follow follow = channel.expectMessageClass(Follow.class);
        journal.append(CHANNEL, events(1, 5));
        follow.follower().tell(new Head(5));
        awaitHead(feed, 5);
    }

    @Test
    void anOldHeadChangesNothing() {
        journal.append(CHANNEL, events(1, 5));
        Feed feed = join();
        channel.expectMessageClass(Follow.class).follower().tell(new Head(2));
        announce(6, 6);
        awaitHead(feed, 6);
        assertThat(journal.reads()).isZero();
    }

    @Test
    void whereTheJournalFailsTheNextLeaseHealsTheGap() {
        Feed feed = join();
        Follow follow = channel.expectMessageClass(Follow.class);
        journal.append(CHANNEL, events(1, 5));
        journal.isAway(true);
        announce(4, 5);
        await().until(() -> journal.reads() == 1);
        journal.isAway(false);
        follow.follower().tell(new Head(5));
        awaitHead(feed, 5);
    }

    @Test
    void whereRetentionHasOvertakenTheListItBeginsAnew() {
        Feed feed = join();
        LiveList.Node upToDate = feed.live().after(0);
        journal.append(CHANNEL, events(1, 9));
        journal.trim(CHANNEL, 6);
        announce(9, 9);
        awaitHead(feed, 9);
        assertThat(upToDate).isNotNull();
        assertThat(upToDate.next()).isSameAs(LiveList.Node.FALLEN);
    }

    @Test
    void theLeaseIsRenewedWhileSomebodyListens() {
        respawn(Duration.ofSeconds(30), Duration.ofSeconds(60));
        join();
        channel.expectMessageClass(Follow.class);
        channel.expectMessageClass(Follow.class, PATIENCE);
        channel.expectMessageClass(Follow.class, PATIENCE);
    }

    // the end

    @Test
    void aRelayThatNobodyUsesSaysSoAndEndsWhenItIsRetired() {
        join();
        channel.expectMessageClass(Follow.class);
        relay.tell(new Relay.Leave(listener));
        RelayKeeper.Idle idle = keeper.expectMessageClass(RelayKeeper.Idle.class, PATIENCE);
        assertThat(idle.relay()).isEqualTo(relay);
        relay.tell(new Relay.Retire());
        channel.fishForMessage(PATIENCE, ends(Unfollow.class));
        channel.expectTerminated(relay);
    }

    @Test
    void aRetiredRelayWithListenersGoesOnUntilTheyHaveLeft() {
        Feed feed = join();
        relay.tell(new Relay.Retire());
        announce(1, 1);
        awaitHead(feed, 1);
        feed.leave(listener);
        channel.fishForMessage(PATIENCE, ends(Unfollow.class));
        channel.expectTerminated(relay);
    }

    @Test
    void aRelayThatFailsLetsNobodyWait() {
        join();
        CompletableFuture<Published> underWay = publish(draft("1", null));
        CompletableFuture<Published> waiting = publish(draft("2", null));
        channel.fishForMessage(PATIENCE, ends(PublishAll.class));
        KIT.stop(relay);
        assertThat(refusal(underWay)).isEqualTo(Code.PUBLISH_UNCONFIRMED);
        assertThat(refusal(waiting)).isEqualTo(Code.CHANNEL_BUSY);
        assertThat(losses).hasValue(1);
    }

    private static Function<Channel.Command, FishingOutcome> ends(Class<?> with) {
        return message -> with.isInstance(message) ? FishingOutcomes.complete() : FishingOutcomes.continueAndIgnore();
    }

    private Feed join() {
        CompletableFuture<Feed> joined = new CompletableFuture<>();
        relay.tell(new Relay.Join(listener, joined));
        return joined.orTimeout(5, TimeUnit.SECONDS).join();
    }

    private void announce(long first, long last) {
        if (ear == null) {
            ear = channel.expectMessageClass(Follow.class).follower();
        }
        ear.tell(new Announced(events(first, last)));
    }

    private CompletableFuture<Published> publish(Draft... drafts) {
        CompletableFuture<Published> outcome = new CompletableFuture<>();
        relay.tell(new Relay.Publish("ann", List.of(drafts), 100 * drafts.length, System.nanoTime(), outcome));
        return outcome;
    }

    private static void answer(PublishAll write, Outcome... outcomes) {
        write.replyTo().tell(new Answer(write.write(), List.of(outcomes)));
    }

    private static Accepted accepted(long offset) {
        return new Accepted(List.of(new Answer.Receipt(offset, false)));
    }

    private static List<Long> offsets(CompletableFuture<Published> outcome) {
        Published published = outcome.orTimeout(5, TimeUnit.SECONDS).join();
        return ((Published.Accepted) published)
                .receipts().stream().map(receipt -> receipt.position().offset()).toList();
    }

    private static Code refusal(CompletableFuture<Published> outcome) {
        Published published = outcome.orTimeout(5, TimeUnit.SECONDS).join();
        return ((Published.Refused) published).refusal().code();
    }

    private static void awaitHead(Feed feed, long head) {
        await().atMost(PATIENCE).until(() -> feed.live().head() == head);
    }

    private static List<Long> offsetsFrom(LiveList.Node start) {
        List<Long> offsets = new ArrayList<>();
        for (LiveList.Node node = start.next(); node != null; node = node.next()) {
            offsets.add(node.offset());
        }
        return offsets;
    }

    private void respawn(Duration resendAfter, Duration publishTimeout) {
        KIT.stop(relay);
        relay = spawn(resendAfter, publishTimeout);
    }

    private ActorRef<Relay.Command> spawn(Duration resendAfter, Duration publishTimeout) {
        RelaySettings settings = new RelaySettings(
                new RelaySettings.Live(100, 64 * 1024),
                new RelaySettings.Pages(100, 64 * 1024),
                new RelaySettings.Gather(100, 1024 * 1024, 100, 1024 * 1024),
                new RelaySettings.Timing(Duration.ofMillis(600), resendAfter, publishTimeout, Duration.ofSeconds(1)));
        return KIT.spawn(Relay.create(
                CHANNEL,
                channel.ref(),
                new Relay.Surroundings(
                        settings,
                        Sample.families(""),
                        journal,
                        EPOCH,
                        new RelayMeters(registry),
                        keeper.ref(),
                        channel -> {})));
    }
}
