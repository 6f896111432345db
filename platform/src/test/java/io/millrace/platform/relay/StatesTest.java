package io.millrace.platform.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.platform.channel.Answer.Declined;
import io.millrace.platform.channel.Channel.StateIs;
import io.millrace.platform.fakes.Sample;
import io.millrace.platform.relay.StateRead.At;
import io.millrace.protocol.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StatesTest {
    private final List<Long> asked = new ArrayList<>();
    private final States states = new States(
            new RelaySettings.Timing(
                    Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofSeconds(60)),
            asked::add);

    @Test
    void oneQuestionServesEverybodyWhoWaitedWhenItWasAsked() {
        CompletableFuture<StateRead> first = ask();
        CompletableFuture<StateRead> second = ask();
        CompletableFuture<StateRead> third = ask();
        assertThat(asked).containsExactly(1L);
        states.answered(new StateIs(1, 7, Sample.json("{}"), null));
        assertThat(first.join()).isEqualTo(new At(7, Sample.json("{}")));
        assertThat(second)
                .as("who asked later must not hear of a state from before")
                .isNotDone();
        assertThat(asked).containsExactly(1L, 2L);
        states.answered(new StateIs(1, 7, Sample.json("{}"), null));
        assertThat(second).isNotDone();
        states.answered(new StateIs(2, 9, Sample.json("1"), null));
        assertThat(second.join()).isEqualTo(third.join()).isEqualTo(new At(9, Sample.json("1")));
        assertThat(states.isIdle()).isTrue();
    }

    @Test
    void whatIsNotAnsweredIsAskedAgainAndGivenUpInTime() {
        CompletableFuture<StateRead> answer = ask();
        long now = System.nanoTime();
        states.lookAfter(now + Duration.ofSeconds(3).toNanos());
        assertThat(asked).containsExactly(1L, 1L);
        assertThat(answer).isNotDone();
        states.lookAfter(now + Duration.ofSeconds(11).toNanos());
        assertThat(code(answer)).isEqualTo(Code.CHANNEL_UNAVAILABLE);
        assertThat(states.isIdle()).isTrue();
    }

    @Test
    void aRefusalAndAnEndOfTheRelayAreTold() {
        CompletableFuture<StateRead> refused = ask();
        states.answered(new StateIs(1, 0, null, new Declined(Code.NO_STATE, "a log")));
        assertThat(code(refused)).isEqualTo(Code.NO_STATE);
        CompletableFuture<StateRead> first = ask();
        CompletableFuture<StateRead> second = ask();
        states.abandon();
        assertThat(code(first)).isEqualTo(Code.CHANNEL_UNAVAILABLE);
        assertThat(code(second)).isEqualTo(Code.CHANNEL_UNAVAILABLE);
    }

    private CompletableFuture<StateRead> ask() {
        CompletableFuture<StateRead> answer = new CompletableFuture<>();
        states.ask(answer);
        return answer;
    }

    private static Code code(CompletableFuture<StateRead> answer) {
        return ((StateRead.Refused) answer.join()).refusal().code();
    }
}
