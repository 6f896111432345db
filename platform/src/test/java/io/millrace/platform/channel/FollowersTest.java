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

    private Duration now = Duration.ZERO;
    private final Followers followers = new Followers(Duration.ofSeconds(15), () -> now.toNanos());
    private final TestProbe<Announcement> one = KIT.createTestProbe();
    private final TestProbe<Announcement> other = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void whoIsOnThisNodeHearsTheEventsThemselves() {
        followers.add(one.ref());
        followers.add(other.ref());
        followers.tell(EVENTS, HEAD);
        one.expectMessage(EVENTS);
        other.expectMessage(EVENTS);
    }

    @Test
    void aLeaseThatIsNotRenewedEnds() {
        followers.add(one.ref());
        followers.add(other.ref());
        now = Duration.ofSeconds(10);
        followers.add(other.ref());
        now = Duration.ofMillis(15_001);
        followers.tell(EVENTS, HEAD);
        other.expectMessage(EVENTS);
        one.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void whoHasLeftHearsNothing() {
        followers.add(one.ref());
        followers.remove(one.ref());
        followers.tell(EVENTS, HEAD);
        one.expectNoMessage(Duration.ofMillis(50));
    }
}
