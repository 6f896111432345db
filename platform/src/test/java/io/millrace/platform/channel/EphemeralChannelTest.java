package io.millrace.platform.channel;

import static io.millrace.platform.fakes.Sample.CHANNEL;
import static io.millrace.platform.fakes.Sample.draft;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Announcement.Announced;
import io.millrace.platform.channel.Announcement.Head;
import io.millrace.platform.channel.Answer.Accepted;
import io.millrace.platform.channel.Answer.Limited;
import io.millrace.platform.channel.Answer.Receipt;
import io.millrace.platform.channel.Channel.Command;
import io.millrace.platform.channel.Channel.Follow;
import io.millrace.platform.channel.Channel.PublishAll;
import io.millrace.platform.channel.Channel.Request;
import io.millrace.platform.channel.Channel.Trim;
import io.millrace.platform.channel.ChannelSettings.RetentionWork;
import io.millrace.platform.channel.KeyMemory.DedupeSettings;
import io.millrace.platform.fakes.MemoryJournal;
import io.millrace.platform.fakes.Sample;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Event;
import io.millrace.protocol.Position;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class EphemeralChannelTest {
    private static final ActorTestKit KIT = ActorTestKit.create("ephemeral");
    private static final Instant START = Instant.parse("2026-11-21T00:00:00Z");
    private static final long BASE = START.toEpochMilli() * 1024;

    private final TestProbe<Answer> answers = KIT.createTestProbe();
    private final TestProbe<Announcement> ear = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void offsetsAreDenseFromAPlaceTheClockGives() {
        ActorRef<Command> channel = spawn(START, "");
        assertThat(publish(channel, 1, draft("1", null), draft("2", null)))
                .isEqualTo(new Accepted(List.of(new Receipt(BASE + 1, false), new Receipt(BASE + 2, false))));
        assertThat(publish(channel, 2, draft("3", null)))
                .isEqualTo(new Accepted(List.of(new Receipt(BASE + 3, false))));
        assertThat(BASE).isLessThan(Position.MAX_OFFSET / 4);
    }

    @Test
    void aLaterIncarnationGoesOnBeyondAnEarlierOne() {
        publish(spawn(START, ""), 1, draft("1", null));
        Accepted later = (Accepted) publish(spawn(START.plusMillis(1), ""), 1, draft("1", null));
        assertThat(later.receipts().get(0).offset()).isGreaterThan(BASE + 1);
    }

    @Test
    void whereTheClockIsBehindAFollowerTellsWhereToGoOn() {
        ActorRef<Command> channel = spawn(START, "");
        channel.tell(new Follow(ear.ref(), BASE + 5_000_000));
        assertThat(ear.expectMessageClass(Head.class).head()).isEqualTo(BASE + 5_000_000);
        publish(channel, 1, draft("1", null));
        List<Event> events = ear.expectMessageClass(Announced.class).events();
        assertThat(events).extracting(Event::offset).containsExactly(BASE + 5_000_001);
    }

    @Test
    void whoFollowsHearsEveryEventWhole() {
        ActorRef<Command> channel = spawn(START, "");
        channel.tell(new Follow(ear.ref(), 0));
        assertThat(ear.expectMessageClass(Head.class).head()).isEqualTo(BASE);
        publish(channel, 1, draft("\"" + "x".repeat(200_000) + "\"", null));
        assertThat(ear.expectMessageClass(Announced.class).events()).hasSize(1);
    }

    @Test
    void aWriteOrAKeyThatComesAgainIsKnown() {
        ActorRef<Command> channel = spawn(START, "");
        Answer.Outcome first = publish(channel, 1, draft("1", "a"));
        assertThat(publish(channel, 1, draft("1", "a"))).isEqualTo(first);
        assertThat(publish(channel, 2, draft("1", "a"))).isEqualTo(new Accepted(List.of(new Receipt(BASE + 1, true))));
    }

    @Test
    void overItsRateItRefuses() {
        ActorRef<Command> channel = spawn(START, ", rate.events = 1");
        assertThat(publish(channel, 1, draft("1", null))).isInstanceOf(Accepted.class);
        assertThat(publish(channel, 2, draft("1", null))).isEqualTo(new Limited(1001));
    }

    @Test
    void itHasNothingToTrim() {
        ActorRef<Command> channel = spawn(START, "");
        channel.tell(new Trim("rows of a time when the family was journaled"));
        assertThat(publish(channel, 1, draft("1", null))).isInstanceOf(Accepted.class);
    }

    private Answer.Outcome publish(ActorRef<Command> channel, long sequence, Draft... drafts) {
        channel.tell(new PublishAll(
                new WriteId(7, 8, sequence), List.of(new Request("ann", List.of(drafts))), answers.ref()));
        return answers.receiveMessage().outcomes().get(0);
    }

    /** By the door through which production comes. */
    private static ActorRef<Command> spawn(Instant now, String more) {
        ChannelSettings settings = new ChannelSettings(
                new DedupeSettings(Duration.ofMinutes(10), 1000, 10_000),
                new RetentionWork(Duration.ofMinutes(5), Duration.ofMinutes(5), 500),
                100,
                Duration.ofSeconds(15),
                1024);
        return KIT.spawn(Channel.create(
                CHANNEL,
                Sample.family("class = ephemeral" + more),
                new Channel.Surroundings(
                        settings,
                        new MemoryJournal(),
                        Clock.fixed(now, ZoneOffset.UTC),
                        new ChannelMeters(new SimpleMeterRegistry()))));
    }
}
