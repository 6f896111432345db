package io.millrace.platform.channel;

import static io.millrace.platform.fakes.Sample.CHANNEL;
import static io.millrace.platform.fakes.Sample.draft;
import static io.millrace.platform.fakes.Sample.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.persistence.ChannelRecord;
import io.millrace.persistence.ChannelRecord.Published;
import io.millrace.persistence.ChannelRecord.Trimmed;
import io.millrace.persistence.PersistenceIds;
import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Announcement.Announced;
import io.millrace.platform.channel.Announcement.Head;
import io.millrace.platform.channel.Answer.Accepted;
import io.millrace.platform.channel.Answer.Receipt;
import io.millrace.platform.channel.Channel.Command;
import io.millrace.platform.channel.Channel.Follow;
import io.millrace.platform.channel.Channel.PublishAll;
import io.millrace.platform.channel.Channel.Request;
import io.millrace.platform.channel.Channel.Trim;
import io.millrace.platform.channel.Channel.Unfollow;
import io.millrace.platform.channel.ChannelSettings.RetentionWork;
import io.millrace.platform.channel.KeyMemory.DedupeSettings;
import io.millrace.platform.fakes.MemoryJournal;
import io.millrace.platform.fakes.Sample;
import io.millrace.platform.family.Family;
import io.millrace.protocol.CommandDraft;
import io.millrace.protocol.Draft;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.ProcessingSuccess;
import org.apache.pekko.persistence.testkit.StorageFailure;
import org.apache.pekko.persistence.testkit.WriteEvents;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChannelTest {
    private static final Config CONFIG = ConfigFactory.parseString(
                    """
                    pekko.actor.serialization-bindings {
                      "io.millrace.platform.channel.Travels" = jackson-cbor
                    }
                    pekko.persistence.testkit.events.serialize = on
                    pekko.persistence.testkit.snapshots.serialize = on
                    """)
            .withFallback(PersistenceTestKitPlugin.getInstance().config())
            .withFallback(PersistenceTestKitSnapshotPlugin.config())
            .withFallback(EventSourcedBehaviorTestKit.config())
            .withFallback(ConfigFactory.load());
    private static final ActorTestKit KIT = ActorTestKit.create("channel", CONFIG);
    private static final String ID = PersistenceIds.persistenceId(CHANNEL);
    private static final Duration SHORT = Duration.ofMillis(100);

    private final PersistenceTestKit stored = PersistenceTestKit.create(KIT.system());
    private final MemoryJournal journal = new MemoryJournal();
    private final TestProbe<Answer> answers = KIT.createTestProbe();
    private final TestProbe<Announcement> ear = KIT.createTestProbe();
    private final List<ActorRef<Command>> spawned = new ArrayList<>();

    @BeforeEach
    void empty() {
        stored.clearAll();
        stored.resetPolicy();
    }

    @AfterEach
    void stopChannels() {
        spawned.forEach(KIT::stop);
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void aWriteIsOneRecordAndItsAnswer() {
        EventSourcedBehaviorTestKit<Command, ChannelRecord, ChannelState> kit = behaviorKit();
        var result = kit.<Answer>runCommand(
                replyTo -> new PublishAll(write(1), List.of(request(draft("1", "a"), draft("2", null))), replyTo));
        Published published = result.eventOfType(Published.class);
        assertThat(published.firstOffset()).isEqualTo(1);
        assertThat(published.lastOffset()).isEqualTo(2);
        assertThat(published.write()).isEqualTo(write(1));
        assertThat(result.reply())
                .isEqualTo(new Answer(
                        write(1), List.of(new Accepted(List.of(new Receipt(1, false), new Receipt(2, false))))));
    }

    @Test
    void theSameWriteAgainGetsTheSameAnswerAndAppendsNothing() {
        EventSourcedBehaviorTestKit<Command, ChannelRecord, ChannelState> kit = behaviorKit();
        List<Request> requests = List.of(request(draft("1", "a"), draft("2", null)), request(draft("x", "a")));
        var first = kit.<Answer>runCommand(replyTo -> new PublishAll(write(1), requests, replyTo));
        var again = kit.<Answer>runCommand(replyTo -> new PublishAll(write(1), requests, replyTo));
        assertThat(again.hasNoEvents()).isTrue();
        assertThat(again.reply()).isEqualTo(first.reply());
        kit.restart();
        var afterwards = kit.<Answer>runCommand(replyTo -> new PublishAll(write(1), requests, replyTo));
        assertThat(afterwards.hasNoEvents()).isTrue();
        assertThat(afterwards.reply()).isEqualTo(first.reply());
    }

    @Test
    void aLateWriteIsIgnored() {
        ActorRef<Command> channel = spawn(1000);
        publish(channel, 2, draft("1", null));
        channel.tell(new PublishAll(write(1), List.of(request(draft("0", null))), answers.ref()));
        answers.expectNoMessage(SHORT);
        assertThat(stored.persistedInStorage(ID)).hasSize(1);
    }

    @Test
    void whatIsAllDuplicatesIsAnsweredWithoutARecord() {
        ActorRef<Command> channel = spawn(1000);
        publish(channel, 1, draft("1", "a"));
        assertThat(publish(channel, 2, draft("1", "a")).outcomes())
                .containsExactly(new Accepted(List.of(new Receipt(1, true))));
        assertThat(stored.persistedInStorage(ID)).hasSize(1);
    }

    @Test
    void followIsAnsweredWithTheHeadAndThenHearsWhatIsCommitted() {
        ActorRef<Command> channel = spawn(1000);
        publish(channel, 1, draft("1", null));
        channel.tell(new Follow(ear.ref(), 0));
        ear.expectMessage(new Head(1));
        publish(channel, 2, draft("2", null), draft("3", null));
        Announced announced = ear.expectMessageClass(Announced.class);
        assertThat(announced.events()).extracting(event -> event.offset()).containsExactly(2L, 3L);
        channel.tell(new Unfollow(ear.ref()));
        publish(channel, 3, draft("4", null));
        ear.expectNoMessage(SHORT);
    }

    @Test
    void aFailedCommitIsNeitherAnnouncedNorAnsweredAndLeavesNoTrace() {
        ActorRef<Command> channel = spawn(1000);
        channel.tell(new Follow(ear.ref(), 0));
        ear.expectMessage(new Head(0));
        stored.failNextPersisted(ID);
        channel.tell(new PublishAll(write(1), List.of(request(draft("1", "a"))), answers.ref()));
        answers.expectNoMessage(SHORT);
        ear.expectNoMessage(SHORT);
        // after the restart the key is free for another body, and the offset for another event
        Answer answer = publish(channel, 2, draft("other", "a"));
        assertThat(answer.outcomes()).containsExactly(new Accepted(List.of(new Receipt(1, false))));
        assertThat(stored.persistedInStorage(ID)).hasSize(1);
    }

    @Test
    void aFailedCommitAfterOthersForgetsOnlyWhatWasNotCommitted() {
        ActorRef<Command> channel = spawn(1000);
        publish(channel, 1, draft("1", "a"));
        stored.failNextPersisted(ID);
        channel.tell(new PublishAll(write(2), List.of(request(draft("2", "b"))), answers.ref()));
        answers.expectNoMessage(SHORT);
        assertThat(publish(channel, 3, draft("1", "a"), draft("x", "b")).outcomes())
                .containsExactly(new Accepted(List.of(new Receipt(1, true), new Receipt(2, false))));
    }

    @Test
    void theWriteWhoseCommitFailedMayBeSentAgain() {
        ActorRef<Command> channel = spawn(1000);
        stored.failNextPersisted(ID);
        channel.tell(new PublishAll(write(1), List.of(request(draft("1", "a"))), answers.ref()));
        answers.expectNoMessage(SHORT);
        assertThat(publish(channel, 1, draft("1", "a")).outcomes())
                .containsExactly(new Accepted(List.of(new Receipt(1, false))));
    }

    /** The commit ends only when the stop waits behind it; then it fails, and the channel begins anew. */
    @Test
    void aChannelThatIsToStopDoesSoThoughTheCommitUnderWayFails() {
        ActorRef<Command> channel = spawn(1000);
        publish(channel, 1, draft("1", null));
        stored.withPolicy((id, operation) -> {
            if (operation instanceof WriteEvents) {
                channel.tell(new Channel.Stop());
                return StorageFailure.create();
            }
            return ProcessingSuccess.getInstance();
        });
        channel.tell(new PublishAll(write(2), List.of(request(draft("2", null))), answers.ref()));
        answers.expectTerminated(channel, Duration.ofSeconds(10));
    }

    @Test
    void moreThanTheBoundIsTrimmedAndDeletedOnceASnapshotStands() {
        ActorRef<Command> channel = spawn(10);
        Draft[] drafts = new Draft[25];
        Arrays.setAll(drafts, n -> draft(Integer.toString(n), null));
        publish(channel, 1, drafts);
        channel.tell(new Trim("now"));
        await().atMost(Duration.ofSeconds(5)).until(() -> !journal.deletions().isEmpty());
        assertThat(stored.persistedInStorage(ID)).last().isEqualTo(new Trimmed(15, 25));
        MemoryJournal.Deletion deletion = journal.deletions().get(0);
        assertThat(deletion.upTo()).isEqualTo(15);
        assertThat(deletion.maxSequenceNr()).isEqualTo(2);
    }

    @Test
    void aTenthOverTheBoundIsLetStand() {
        ActorRef<Command> channel = spawn(10);
        Draft[] drafts = new Draft[11];
        Arrays.setAll(drafts, n -> draft(Integer.toString(n), null));
        publish(channel, 1, drafts);
        channel.tell(new Trim("now"));
        publish(channel, 2, draft("last", null));
        assertThat(stored.persistedInStorage(ID)).noneMatch(Trimmed.class::isInstance);
    }

    @Test
    void everyCommandIsHandled() {
        EventSourcedBehaviorTestKit<Command, ChannelRecord, ChannelState> kit = behaviorKit();
        Map<Class<?>, Runnable> entity = Map.of(
                Channel.Execute.class,
                () -> kit.<Answer>runCommand(replyTo -> new Channel.Execute(
                        new WriteId(9, 9, 1), "ann", new CommandDraft("set", json("1"), null, null), replyTo)),
                Channel.ReadState.class,
                () -> kit.<Channel.StateIs>runCommand(replyTo -> new Channel.ReadState(1, replyTo)),
                Channel.CatchUp.class,
                () -> kit.runCommand(new Channel.CatchUp()),
                Channel.CaughtUp.class,
                () -> kit.runCommand(new Channel.CaughtUp(null, new IllegalStateException("test"))));
        Map<Class<?>, Runnable> log = Map.of(
                PublishAll.class,
                () -> kit.<Answer>runCommand(
                        replyTo -> new PublishAll(write(1), List.of(request(draft("1", null))), replyTo)),
                Follow.class,
                () -> kit.runCommand(new Follow(ear.ref(), 0)),
                Unfollow.class,
                () -> kit.runCommand(new Unfollow(ear.ref())),
                Trim.class,
                () -> kit.runCommand(new Trim("test")),
                Channel.TurnDue.class,
                () -> kit.runCommand(new Channel.TurnDue()),
                Channel.RetentionDue.class,
                () -> kit.runCommand(new Channel.RetentionDue()),
                Channel.TooOldUpTo.class,
                () -> kit.runCommand(new Channel.TooOldUpTo(0)),
                Channel.Deleted.class,
                () -> kit.runCommand(new Channel.Deleted(0)),
                Channel.Stop.class,
                () -> kit.runCommand(new Follow(ear.ref(), 0)), // its own test: it ends the channel
                Channel.RetentionFailed.class,
                () -> kit.runCommand(new Channel.RetentionFailed("test", new IllegalStateException("test"))));
        Map<Class<?>, Runnable> handled = new HashMap<>(log);
        handled.putAll(entity);
        assertThat(handled.keySet()).isEqualTo(permitted());
        handled.values().forEach(Runnable::run); // the behaviour fails on a command that it has no handler for
    }

    private static Set<Class<?>> permitted() {
        return Arrays.stream(Command.class.getPermittedSubclasses()).collect(Collectors.toSet());
    }

    @Test
    void overTheRateOfAClassLatestTheNewestWaitsForItsTurn() {
        ActorRef<Command> channel = KIT.spawn(
                Channel.create(CHANNEL, Sample.family("class = latest, rate { events = 1, per = 300ms }"), around()));
        spawned.add(channel);
        channel.tell(new Follow(ear.ref(), 0));
        ear.expectMessageClass(Head.class);
        assertThat(publish(channel, 1, draft("1", null)).outcomes())
                .containsExactly(new Accepted(List.of(new Receipt(1, false))));
        assertThat(publish(channel, 2, draft("2", null)).outcomes()).containsExactly(new Answer.Waits());
        assertThat(publish(channel, 3, draft("3", null)).outcomes()).containsExactly(new Answer.Waits());
        Answer older = answers.receiveMessage(Duration.ofSeconds(5));
        assertThat(older).isEqualTo(new Answer(write(2), List.of(new Accepted(List.of(new Receipt(2, false, true))))));
        Answer newer = answers.receiveMessage(Duration.ofSeconds(5));
        assertThat(newer).isEqualTo(new Answer(write(3), List.of(new Accepted(List.of(new Receipt(2, false))))));
        assertThat(ear.expectMessageClass(Announced.class)
                        .events()
                        .get(0)
                        .data()
                        .toString())
                .isEqualTo("1");
        assertThat(ear.expectMessageClass(Announced.class)
                        .events()
                        .get(0)
                        .data()
                        .toString())
                .isEqualTo("3");
    }

    private Channel.Surroundings around() {
        return new Channel.Surroundings(
                settings(), journal, Clock.systemUTC(), new ChannelMeters(new SimpleMeterRegistry()));
    }

    private EventSourcedBehaviorTestKit<Command, ChannelRecord, ChannelState> behaviorKit() {
        return EventSourcedBehaviorTestKit.create(
                KIT.system(),
                Channel.create(CHANNEL, Sample.family(""), around()),
                // internal commands and the state never leave the node
                EventSourcedBehaviorTestKit.enabledSerializationSettings()
                        .withVerifyState(false)
                        .withVerifyCommands(false));
    }

    private ActorRef<Command> spawn(int maxEvents) {
        Family family = Sample.family("retention.max-events = " + maxEvents);
        ActorRef<Command> channel = KIT.spawn(Channel.create(CHANNEL, family, around()));
        spawned.add(channel);
        return channel;
    }

    private Answer publish(ActorRef<Command> channel, long sequence, Draft... drafts) {
        channel.tell(new PublishAll(write(sequence), List.of(request(drafts)), answers.ref()));
        Answer answer = answers.receiveMessage(Duration.ofSeconds(5));
        assertThat(answer.write()).isEqualTo(write(sequence));
        return answer;
    }

    private static ChannelSettings settings() {
        return new ChannelSettings(
                new DedupeSettings(Duration.ofMinutes(10), 1000, 10_000),
                new RetentionWork(Duration.ofMinutes(5), Duration.ofMinutes(5), 500),
                100,
                Duration.ofSeconds(15),
                128 * 1024);
    }

    private static Request request(Draft... drafts) {
        return new Request("ann", List.of(drafts));
    }

    private static WriteId write(long sequence) {
        return new WriteId(7, 8, sequence);
    }
}
