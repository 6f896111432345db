package io.millrace.platform.presence;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.millrace.platform.presence.ChannelPresence.Told;
import io.millrace.platform.presence.ChannelPresence.Who;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.DeadLetter;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A channel's entity and several nodes' agents, under a clock that only the test moves. */
class ChannelPresenceTest {
    private final ActorTestKit kit = ActorTestKit.create(ManualTime.config()
            .withFallback(ConfigFactory.parseString("pekko.actor.provider = local"))
            .withFallback(ConfigFactory.load()));
    private final ManualTime time = ManualTime.get(kit.system());
    private final Ticking clock = new Ticking();
    private final Set<ActorRef<PresenceAgent.Command>> agents = ConcurrentHashMap.newKeySet();
    private ActorRef<ChannelPresence.Command> entity;

    /** Where agents send: the entity that lives now. */
    private final ActorRef<ChannelPresence.Command> door = kit.spawn(Behaviors.receiveMessage(message -> {
        entity().tell(message);
        return Behaviors.same();
    }));

    private final TestProbe<ChannelPresence.Command> otherChannel = kit.createTestProbe();

    private final Node a = new Node("a");
    private final Node b = new Node("b");

    private final class Node implements Watcher {
        final ActorRef<PresenceAgent.Command> agent;
        final TestProbe<String> heard = kit.createTestProbe();

        Node(String name) {
            agent = kit.spawn(
                    PresenceAgent.create(name, channel -> channel.equals("c") ? door : otherChannel.ref(), clock),
                    name);
            agents.add(agent);
        }

        void enter(String user, String connection) {
            agent.tell(new PresenceAgent.Enter("c", user, connection));
        }

        void leave(String user, String connection) {
            agent.tell(new PresenceAgent.Leave("c", user, connection));
        }

        void watch() {
            agent.tell(new PresenceAgent.Watch("c", this));
        }

        void watchesFromTheStart() {
            watch();
            heard.expectMessage("state[]");
        }

        void dies() {
            agents.remove(agent);
            kit.stop(agent);
        }

        @Override
        public void state(List<Here> here, long timeMillis) {
            heard.ref().tell("state" + here.stream().map(Here::user).sorted().toList());
        }

        @Override
        public void changed(Change change) {
            heard.ref().tell((change.here() ? "join " : "leave ") + change.user());
        }
    }

    private static final class Ticking extends Clock {
        private volatile Instant now = Instant.parse("2026-01-31T12:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void comingAndLeavingIsToldOnceWhateverTheNumberOfConnectionsAndNodes() {
        a.watchesFromTheStart();
        b.enter("ann", "1");
        a.heard.expectMessage("join ann");
        a.enter("ann", "2");
        b.enter("ann", "3");
        b.enter("bob", "4");
        a.heard.expectMessage("join bob");
        assertThat(who()).containsExactly("ann 3", "bob 1");
        b.leave("ann", "1");
        b.leave("ann", "3");
        assertThat(who()).containsExactly("ann 1", "bob 1");
        a.leave("ann", "2");
        a.heard.expectMessage("leave ann");
        assertThat(gone()).containsExactly("ann");
    }

    @Test
    void aNodeThatDiesTakesItsUsersAlongWithItsLeaseAndNobodyElses() {
        a.watchesFromTheStart();
        b.enter("ann", "1");
        a.heard.expectMessage("join ann");
        a.enter("bob", "2");
        a.heard.expectMessage("join bob");
        b.dies();
        pass(Duration.ofSeconds(14));
        a.heard.expectNoMessage(Duration.ofMillis(50));
        pass(Duration.ofSeconds(6));
        a.heard.expectMessage("leave ann");
        assertThat(who()).containsExactly("bob 1");
    }

    @Test
    void aClockThatJumpsMakesNobodyLeaveAndKeepsNoGhosts() {
        a.watchesFromTheStart();
        b.enter("ann", "1");
        a.heard.expectMessage("join ann");
        clock.now = clock.now.plus(Duration.ofHours(1));
        pass(Duration.ofSeconds(10));
        clock.now = clock.now.minus(Duration.ofHours(2));
        pass(Duration.ofSeconds(10));
        a.heard.expectNoMessage(Duration.ofMillis(50));
        b.dies();
        clock.now = clock.now.minus(Duration.ofHours(1));
        pass(Duration.ofSeconds(20));
        a.heard.expectMessage("leave ann");
    }

    @Test
    void anEntityThatMovesKnowsEverybodyAgainAndNobodyIsSaidToHaveLeft() {
        a.watchesFromTheStart();
        a.enter("ann", "1");
        a.heard.expectMessage("join ann");
        b.enter("bob", "2");
        a.heard.expectMessage("join bob");
        moves();
        assertThat(who()).containsExactly("ann 1", "bob 1");
        b.enter("carl", "3");
        a.heard.expectMessage("join carl");
        pass(Duration.ofSeconds(30));
        a.heard.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void whoLeftWhileTheEntityMovedIsToldToHaveLeft() {
        a.watchesFromTheStart();
        b.enter("bob", "2");
        a.heard.expectMessage("join bob");
        kit.stop(entity());
        TestProbe<DeadLetter> lost = kit.createDeadLetterProbe();
        b.leave("bob", "2");
        lost.receiveMessage();
        moves();
        pass(Duration.ofSeconds(4));
        a.heard.expectMessage("leave bob");
    }

    @Test
    void aNodeThatWasAwayForLongerThanItsLeaseIsBackWithItsNextWord() {
        a.watchesFromTheStart();
        b.enter("bob", "2");
        a.heard.expectMessage("join bob");
        entity().tell(new ChannelPresence.All("b", 99, List.of(), false, b.agent)); // what it said is gone
        a.heard.expectMessage("leave bob");
        pass(Duration.ofSeconds(4));
        a.heard.expectMessage("join bob");
    }

    @Test
    void aLostChangeIsFoundByTheDigest() {
        a.watchesFromTheStart();
        b.enter("bob", "2");
        a.heard.expectMessage("join bob");
        a.agent.tell(new PresenceAgent.Changed("c", List.of(new Change("ghost", true, 0))));
        a.heard.expectMessage("join ghost");
        pass(Duration.ofSeconds(4));
        a.heard.expectMessage("leave ghost");
    }

    private synchronized ActorRef<ChannelPresence.Command> entity() {
        if (entity == null) {
            entity = kit.spawn(ChannelPresence.create("c", () -> Set.copyOf(agents), clock));
        }
        return entity;
    }

    /** What agents say meanwhile waits at the door, as it does in sharding. */
    private synchronized void moves() {
        kit.stop(entity());
        entity = null;
        entity();
    }

    private void pass(Duration duration) {
        for (long second = 0; second < duration.toSeconds(); second++) {
            clock.now = clock.now.plusSeconds(1);
            time.timePasses(Duration.ofSeconds(1));
            told(); // the words of this second have been heard
        }
    }

    private List<String> who() {
        return told().here().stream()
                .map(here -> here.user() + " " + here.connections())
                .toList();
    }

    private List<String> gone() {
        return new ArrayList<>(told().gone()).stream().map(Here::user).toList();
    }

    /** Asked behind whatever the agents have said, and said to what they were asked thereupon. */
    private Told told() {
        TestProbe<Told> probe = kit.createTestProbe();
        for (int round = 0; round < 3; round++) {
            heardOut();
            door.tell(new Who(probe.ref()));
            probe.receiveMessage();
        }
        heardOut();
        door.tell(new Who(probe.ref()));
        return probe.receiveMessage();
    }

    /** Waits until every agent has come to the end of what it was told so far. */
    private void heardOut() {
        for (ActorRef<PresenceAgent.Command> agent : agents) {
            agent.tell(new PresenceAgent.TellAll("other"));
            otherChannel.expectMessageClass(ChannelPresence.All.class);
        }
    }
}
