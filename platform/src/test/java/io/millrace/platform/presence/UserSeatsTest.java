package io.millrace.platform.presence;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.millrace.platform.presence.UserSeats.Left;
import io.millrace.platform.presence.UserSeats.Sitting;
import io.millrace.platform.presence.UserSeats.Take;
import io.millrace.platform.presence.UserSeats.Taken;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UserSeatsTest {
    private final ActorTestKit kit = ActorTestKit.create(ManualTime.config()
            .withFallback(ConfigFactory.parseString("pekko.actor.provider = local"))
            .withFallback(ConfigFactory.load()));
    private final TestProbe<SeatKeeper.Command> a = kit.createTestProbe();
    private final TestProbe<SeatKeeper.Command> b = kit.createTestProbe();
    private final TestProbe<Taken> asker = kit.createTestProbe();
    private final ActorRef<UserSeats.Command> seats =
            kit.spawn(UserSeats.create("ann", () -> Set.of(a.ref(), b.ref())));

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void nobodyIsLetInBeforeEveryNodeHasSaidWhomItHas() {
        take("3", 3);
        asker.expectNoMessage();
        sitting(a, "1");
        asker.expectNoMessage();
        sitting(b, "2", "3");
        assertThat(asker.receiveMessage().taken())
                .as("told of already by its own node")
                .isTrue();
        take("4", 3);
        sitting(a, "1");
        sitting(b, "2", "3");
        assertThat(asker.receiveMessage().taken()).isFalse();
        seats.tell(new Left("1"));
        take("5", 3);
        assertThat(asker.receiveMessage().taken()).isTrue();
    }

    @Test
    void aSeatWhoseLeavingWasNeverHeardOfIsFoundEmptyBeforeAnybodyIsRefused() {
        sitting(a, "1", "2");
        sitting(b);
        take("3", 2);
        sitting(a, "2");
        sitting(b, "3");
        assertThat(asker.receiveMessage().taken()).isTrue();
    }

    @Test
    void ofTwoForOneSeatOneIsLetIn() {
        sitting(a);
        sitting(b);
        take("1", 1);
        assertThat(asker.receiveMessage().taken()).isTrue();
        take("2", 2);
        assertThat(asker.receiveMessage().taken()).isTrue();
        take("3", 2);
        take("4", 2);
        sitting(a, "1", "3");
        sitting(b, "4");
        assertThat(List.of(
                        asker.receiveMessage().taken(), asker.receiveMessage().taken()))
                .containsExactly(true, false);
    }

    @Test
    void aNodeThatDoesNotAnswerKeepsNobodyWaiting() {
        take("1", 1);
        sitting(a);
        ManualTime.get(kit.system()).timePasses(UserSeats.COUNT_AT_MOST);
        assertThat(asker.receiveMessage().taken()).isTrue();
    }

    @Test
    void whoGoesOnWithASessionGetsTheSeatOfTheConnectionBefore() {
        take("1", 1);
        sitting(a);
        sitting(b);
        assertThat(asker.receiveMessage().taken()).isTrue();
        seats.tell(new Take("2", "1", 1, asker.ref()));
        assertThat(asker.receiveMessage().taken()).isTrue();
        seats.tell(new UserSeats.Left("1"));
        take("3", 1);
        sitting(a, "2", "3");
        sitting(b);
        assertThat(asker.receiveMessage().taken()).isFalse();
    }

    private void take(String id, int limit) {
        seats.tell(new Take(id, null, limit, asker.ref()));
    }

    private void sitting(TestProbe<SeatKeeper.Command> node, String... ids) {
        SeatKeeper.WhoSits asked = (SeatKeeper.WhoSits) node.receiveMessage();
        assertThat(asked.user()).isEqualTo("ann");
        asked.replyTo().tell(new Sitting(List.of(ids)));
    }
}
