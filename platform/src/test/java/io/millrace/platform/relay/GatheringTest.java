package io.millrace.platform.relay;

import static io.millrace.platform.fakes.Sample.draft;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.platform.channel.Answer;
import io.millrace.platform.channel.Channel;
import io.millrace.platform.relay.Gathering.Write;
import io.millrace.platform.relay.Relay.Publish;
import io.millrace.protocol.CommandDraft;
import io.millrace.protocol.Draft;
import io.millrace.protocol.JsonMembers;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class GatheringTest {
    private static final int KIB = 1024;
    private final Gathering gathering =
            new Gathering(new RelaySettings.Gather(10, 128 * KIB, 4, 64 * KIB), UUID.randomUUID());

    @Test
    void aSinglePublishWaitsForNobody() {
        assertThat(gathering.isIdle()).isTrue();
        gathering.offer(publish(1, 10));
        assertThat(begin().publishes()).hasSize(1);
        assertThat(gathering.isIdle()).isFalse();
    }

    @Test
    void whatComesWhileAWriteIsUnderWayGoesTogetherInItsOrder() {
        gathering.offer(publish(1, 10));
        Write first = begin();
        Publish second = publish(1, 10);
        Publish third = publish(2, 10);
        gathering.offer(second);
        gathering.offer(third);
        assertThat(gathering.begin(0)).isNull();
        assertThat(end(first)).isSameAs(first);
        Write next = begin();
        assertThat(next.publishes()).containsExactly(second, third);
        assertThat(next.requests())
                .extracting(request -> request.drafts().size())
                .containsExactly(1, 2);
        assertThat(next.id().sequence()).isEqualTo(2);
        assertThat(next.id().writerHigh()).isEqualTo(first.id().writerHigh());
    }

    @Test
    void oneWriteTakesNoMoreThanItMayAndAtLeastOne() {
        gathering.offer(publish(3, 10));
        gathering.offer(publish(2, 10));
        assertThat(begin().publishes()).hasSize(1);
        gathering.giveUp();
        gathering.offer(publish(3, 60 * KIB));
        gathering.offer(publish(1, 8 * KIB));
        assertThat(begin().publishes()).hasSize(1);
        gathering.giveUp();
        assertThat(begin().publishes()).hasSize(1);
        gathering.giveUp();
        assertThat(begin().publishes()).hasSize(1);
        assertThat(gathering.waitingEvents()).isZero();
    }

    @Test
    void aPublishLargerThanAWriteGoesAlone() {
        gathering.offer(publish(9, 100 * KIB));
        assertThat(begin().publishes()).hasSize(1);
    }

    @Test
    void moreThanMayWaitIsRefusedByEventsAndByBytes() {
        gathering.offer(publish(1, 10));
        begin();
        assertThat(gathering.offer(publish(9, 10))).isTrue();
        assertThat(gathering.offer(publish(2, 10))).isFalse();
        assertThat(gathering.offer(publish(1, 128 * KIB))).isFalse();
        assertThat(gathering.offer(publish(1, 10))).isTrue();
        assertThat(gathering.waitingEvents()).isEqualTo(10);
    }

    @Test
    void anEmptyLineTakesAnythingSoThatNothingIsRefusedForEver() {
        assertThat(gathering.offer(publish(50, 999 * KIB))).isTrue();
    }

    @Test
    void anAnswerToAnotherWriteEndsNothing() {
        gathering.offer(publish(1, 10));
        Write given = begin();
        gathering.giveUp();
        gathering.offer(publish(1, 10));
        Write current = begin();
        assertThat(end(given)).isNull();
        assertThat(gathering.underWay()).isSameAs(current);
        assertThat(end(current)).isSameAs(current);
        assertThat(end(current)).isNull();
        assertThat(gathering.isIdle()).isTrue();
    }

    @Test
    void onlyWhatHasWaitedTooLongExpires() {
        gathering.offer(publish(1, 10, 100));
        gathering.offer(publish(2, 20, 200));
        gathering.offer(publish(3, 30, 300));
        assertThat(gathering.expire(250)).extracting(Publish::atNanos).containsExactly(100L, 200L);
        assertThat(gathering.waitingEvents()).isEqualTo(3);
        assertThat(gathering.expire(250)).isEmpty();
    }

    @Test
    void theClockMayWrapAround() {
        gathering.offer(publish(1, 10, Long.MAX_VALUE - 5));
        assertThat(gathering.expire(Long.MAX_VALUE - 10)).isEmpty();
        assertThat(gathering.expire(Long.MIN_VALUE + 5)).hasSize(1);
    }

    @Test
    void aCommandGoesAloneInItsTurn() {
        Publish first = publish(1, 10);
        Publish command = command();
        Publish second = publish(1, 10);
        List.of(first, command, command(), second, publish(1, 10)).forEach(gathering::offer);
        assertThat(begin().publishes()).containsExactly(first);
        gathering.giveUp();
        Write alone = begin();
        assertThat(alone.publishes()).containsExactly(command);
        assertThat(alone.message(null)).isInstanceOf(Channel.Execute.class);
        gathering.giveUp();
        assertThat(begin().publishes()).hasSize(1);
        gathering.giveUp();
        Write rest = begin();
        assertThat(rest.publishes()).hasSize(2).startsWith(second);
        assertThat(rest.message(null)).isInstanceOf(Channel.PublishAll.class);
        assertThat(gathering.waitingEvents()).isZero();
    }

    private static Publish command() {
        CommandDraft command = new CommandDraft("set", JsonMembers.NULL, null, null);
        return new Publish("ann", List.of(), 10, 0, new CompletableFuture<>(), null, command);
    }

    private Write begin() {
        return Objects.requireNonNull(gathering.begin(0));
    }

    private @org.jspecify.annotations.Nullable Write end(Write write) {
        return gathering.end(new Answer(write.id(), List.of()));
    }

    private static Publish publish(int events, int bytes) {
        return publish(events, bytes, 0);
    }

    private static Publish publish(int events, int bytes, long atNanos) {
        List<Draft> drafts = Collections.nCopies(events, draft("1", null));
        return new Publish("ann", drafts, bytes, atNanos, new CompletableFuture<>());
    }
}
