package io.millrace.platform.channel;

import static io.millrace.platform.fakes.Sample.events;

import io.millrace.platform.channel.Announcement.Announced;
import io.millrace.platform.channel.Announcement.Head;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class FollowersTest {
    private static final ActorTestKit KIT = ActorTestKit.create("followers");
    private static final Announcement EVENTS = new Announced(events(1, 2));
    private static final Announcement HEAD = new Head(2);

    private final Followers followers = new Followers(Duration.ofSeconds(15));
    private final TestProbe<Announcement> one = KIT.createTestProbe();
    private final TestProbe<Announcement> other = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void whoIsOnThisNodeHearsTheEventsThemselves() {
        followers.add(one.ref(), 0);
        followers.add(other.ref(), 0);
        followers.tell(EVENTS, HEAD, 10);
        one.expectMessage(EVENTS);
        other.expectMessage(EVENTS);
    }

    @Test
    void aLeaseThatIsNotRenewedEnds() {
        followers.add(one.ref(), 0);
        followers.add(other.ref(), 0);
        followers.add(other.ref(), 10_000);
        followers.tell(EVENTS, HEAD, 15_001);
        other.expectMessage(EVENTS);
        one.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void aClockThatJumpsBackEndsLeasesTooSinceTheyAreRenewedAnyway() {
        followers.add(one.ref(), 1_000_000);
        followers.tell(EVENTS, HEAD, 0);
        one.expectNoMessage(Duration.ofMillis(50));
        followers.add(one.ref(), 0);
        followers.tell(EVENTS, HEAD, 0);
        one.expectMessage(EVENTS);
    }

    @Test
    void whoHasLeftHearsNothing() {
        followers.add(one.ref(), 0);
        followers.remove(one.ref());
        followers.tell(EVENTS, HEAD, 0);
        one.expectNoMessage(Duration.ofMillis(50));
    }
}
