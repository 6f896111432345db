package io.millrace.platform.channel;

import static io.millrace.platform.fakes.Sample.draft;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.persistence.ChannelRecord.Published;
import io.millrace.persistence.ChannelRecord.Trimmed;
import io.millrace.persistence.ChannelSnapshot;
import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Answer.Accepted;
import io.millrace.platform.channel.Answer.Conflicted;
import io.millrace.platform.channel.Answer.Declined;
import io.millrace.platform.channel.Answer.Limited;
import io.millrace.platform.channel.Answer.Outcome;
import io.millrace.platform.channel.Answer.Receipt;
import io.millrace.platform.channel.Channel.Request;
import io.millrace.platform.channel.ChannelState.Decided;
import io.millrace.platform.channel.KeyMemory.DedupeSettings;
import io.millrace.platform.family.Family.Rate;
import io.millrace.protocol.Code;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Event;
import io.millrace.protocol.JsonInput;
import io.millrace.protocol.StreamEnd;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChannelStateTest {
    private static final DedupeSettings DEDUPE = new DedupeSettings(Duration.ofMinutes(10), 1000, 10_000);
    private ChannelState state = ChannelState.empty(DEDUPE, null);
    private long writes;

    @Test
    void offsetsAreDenseFromOne() {
        assertThat(write(request(draft("1", null), draft("2", null)), request(draft("3", null))))
                .containsExactly(accepted(first(1), first(2)), accepted(first(3)));
        assertThat(write(request(draft("4", null)))).containsExactly(accepted(first(4)));
        assertThat(state.head()).isEqualTo(4);
    }

    @Test
    void decidingChangesNothing() {
        write(request(draft("1", "a")));
        ChannelSnapshot before = state.snapshot();
        state.decide(List.of(request(draft("2", "b"), draft("3", null))), 5);
        state.repeat(List.of(request(draft("1", "a"))), 1);
        assertThat(state.snapshot()).isEqualTo(before);
    }

    @Test
    void theSameKeyAndBodyIsTheSameEvent() {
        write(request(draft("1", "a")));
        assertThat(write(request(draft("1", "a")), request(draft("2", "b"), draft("1", "a"))))
                .containsExactly(accepted(again(1)), accepted(first(2), again(1)));
        assertThat(state.head()).isEqualTo(2);
    }

    @Test
    void aKeyTwiceInOneRequestIsOneEvent() {
        assertThat(write(request(draft("1", "a"), draft("1", "a")))).containsExactly(accepted(first(1), again(1)));
        assertThat(state.head()).isEqualTo(1);
    }

    @Test
    void theSameKeyWithAnotherBodyRefusesItsWholeRequestAndNoOther() {
        write(request(draft("1", "a")));
        assertThat(write(
                        request(draft("2", null)),
                        request(draft("3", "c"), draft("other", "a"), draft("4", null)),
                        request(draft("5", "c"))))
                .containsExactly(accepted(first(2)), new Conflicted(1, 1), accepted(first(3)));
        assertThat(state.head()).isEqualTo(3);
    }

    @Test
    void overTheRateAWholeRequestIsRefusedAndTheNextThatFitsIsNot() {
        Allowance two = Allowance.of(new Rate(2, Duration.ofSeconds(1), 0));
        List<Request> requests = List.of(
                request(draft("1", null)),
                request(draft("2", "a"), draft("3", null)),
                request(draft("4", "b")),
                request(draft("5", null)));
        Decided decided = state.decide(requests, 5_000, two);
        assertThat(decided.outcomes())
                .containsExactly(accepted(first(1)), new Limited(501), accepted(first(2)), new Limited(501));
        assertThat(decided.events()).extracting(Event::key).containsExactly(null, "b");
        state = apply(state, decided);
        Decided later = state.decide(List.of(request(draft("2", "a"), draft("4", "b"))), 5_500, decided.allowance());
        assertThat(later.outcomes()).containsExactly(accepted(first(3), again(2)));
    }

    @Test
    void whatStandsAlreadyCostsNothing() {
        Allowance one = Allowance.of(new Rate(1, Duration.ofHours(1), 0));
        Decided first = state.decide(List.of(request(draft("1", "a"))), 5, one);
        state = apply(state, first);
        Decided again =
                state.decide(List.of(request(draft("1", "a")), request(draft("2", null))), 6, first.allowance());
        assertThat(again.outcomes().get(0)).isEqualTo(accepted(again(1)));
        assertThat(again.outcomes().get(1)).isInstanceOf(Limited.class);
    }

    @Test
    void typeAndSourceArePartOfTheBody() {
        write(request(draft("1", "a")));
        Draft otherSource = new Draft(draft("1", null).type(), draft("1", null).data(), "elsewhere", "a");
        assertThat(write(request(otherSource))).containsExactly(new Conflicted(0, 1));
    }

    @Test
    void timesNeverGoBack() {
        write(1000, request(draft("1", null)));
        write(400, request(draft("2", null)));
        Decided decided = state.decide(List.of(request(draft("3", null))), 1500);
        assertThat(state.snapshot().lastTimeMillis()).isEqualTo(1000);
        assertThat(decided.events().get(0).time().toEpochMilli()).isEqualTo(1500);
    }

    @Test
    void aSnapshotHoldsAllThatCounts() {
        write(request(draft("1", "a"), draft("2", null), draft("3", "b")));
        state = state.apply(new Trimmed(2, 3));
        ChannelState restored = ChannelState.restore(DEDUPE, null, state.snapshot());
        assertThat(restored.snapshot()).isEqualTo(state.snapshot());
        assertThat(restored.trimmedTo()).isEqualTo(2);
        List<Request> requests = List.of(request(draft("1", "a"), draft("x", "b")), request(draft("4", null)));
        assertThat(restored.decide(requests, 9)).isEqualTo(state.decide(requests, 9));
    }

    @Test
    void trimmingNeverGoesBack() {
        write(request(draft("1", null), draft("2", null), draft("3", null)));
        state = state.apply(new Trimmed(2, 3)).apply(new Trimmed(1, 3));
        assertThat(state.trimmedTo()).isEqualTo(2);
        assertThat(state.head()).isEqualTo(3);
    }

    @Test
    void theSharedEmptyStateNeverChanges() {
        ChannelState empty = ChannelState.empty(DEDUPE, null);
        ChannelSnapshot before = empty.snapshot();
        Decided decided = empty.decide(List.of(request(draft("1", "a"))), 1);
        ChannelState after = empty.apply(new Published(decided.events(), new WriteId(1, 1, 1)));
        assertThat(after).isNotSameAs(empty);
        assertThat(after.head()).isEqualTo(1);
        assertThat(empty.snapshot()).isEqualTo(before);
        assertThat(empty.decide(List.of(request(draft("1", "a"))), 1)).isEqualTo(decided);
    }

    @Test
    void sixtyFourWritersAreRemembered() {
        for (int writer = 1; writer <= 65; writer++) {
            Decided decided = state.decide(List.of(request(draft("1", null))), 1);
            state = state.apply(new Published(decided.events(), new WriteId(writer, 0, 1)));
        }
        assertThat(state.lastWriteOf(new WriteId(1, 0, 1))).isNull();
        assertThat(state.lastWriteOf(new WriteId(2, 0, 1))).isNotNull();
    }

    /** The relay sends a write again where the answer was lost: the second answer must be the first. */
    @Test
    void repeatingAWriteComesToTheSamePlaces() {
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            state = ChannelState.empty(DEDUPE, null);
            for (int n = 0; n < 8; n++) {
                List<Request> requests = requests(random);
                Decided decided = state.decide(requests, random.nextInt(100));
                if (decided.events().isEmpty()) {
                    continue;
                }
                long first = state.head() + 1;
                state = apply(state, decided);
                checkDense(decided.events(), first);
                assertThat(places(state.repeat(requests, first)))
                        .as("seed %d, write %d: %s", seed, n, requests)
                        .isEqualTo(places(decided.outcomes()));
                ChannelState recovered = ChannelState.restore(DEDUPE, null, state.snapshot());
                assertThat(places(recovered.repeat(requests, first)))
                        .as("seed %d, write %d, after a recovery", seed, n)
                        .isEqualTo(places(decided.outcomes()));
            }
        }
    }

    @Test
    void noKeyEverStandsTwiceAndEveryReceiptTellsTheTruth() {
        for (int seed = 0; seed < 1000; seed++) {
            Random random = new Random(seed);
            state = ChannelState.empty(DEDUPE, null);
            List<Event> log = new ArrayList<>();
            for (int n = 0; n < 10; n++) {
                List<Request> requests = requests(random);
                Decided decided = state.decide(requests, random.nextInt(100));
                log.addAll(decided.events());
                if (!decided.events().isEmpty()) {
                    state = apply(state, decided);
                }
                checkReceipts(log, requests, decided.outcomes(), seed);
            }
            Set<String> keys = new HashSet<>();
            log.stream().map(Event::key).filter(key -> key != null).forEach(key -> assertThat(keys.add(key))
                    .isTrue());
            checkDense(log, 1);
        }
    }

    private static void checkReceipts(List<Event> log, List<Request> requests, List<Outcome> outcomes, int seed) {
        for (int i = 0; i < requests.size(); i++) {
            if (outcomes.get(i) instanceof Accepted all) {
                for (int d = 0; d < all.receipts().size(); d++) {
                    Draft draft = requests.get(i).drafts().get(d);
                    Event stands = log.get((int) all.receipts().get(d).offset() - 1);
                    assertThat(stands.data()).as("seed %d", seed).isEqualTo(draft.data());
                    assertThat(stands.key()).as("seed %d", seed).isEqualTo(draft.key());
                }
            }
        }
    }

    private static void checkDense(List<Event> events, long first) {
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).offset()).isEqualTo(first + i);
        }
    }

    /** What a publisher is told: where its events stand, or that its request was refused. */
    private static List<Object> places(List<Outcome> outcomes) {
        return outcomes.stream()
                .<Object>map(outcome -> outcome instanceof Conflicted ? "conflict" : outcome)
                .toList();
    }

    private static List<Request> requests(Random random) {
        List<Request> requests = new ArrayList<>();
        for (int r = 0; r <= random.nextInt(4); r++) {
            List<Draft> drafts = new ArrayList<>();
            for (int d = 0; d <= random.nextInt(4); d++) {
                String key = random.nextInt(4) == 0 ? null : "k" + random.nextInt(7);
                drafts.add(draft(Integer.toString(random.nextInt(3) / 2), key));
            }
            requests.add(new Request("ann", drafts));
        }
        return requests;
    }

    private List<Outcome> write(Request... requests) {
        return write(0, requests);
    }

    private List<Outcome> write(long nowMillis, Request... requests) {
        Decided decided = state.decide(List.of(requests), nowMillis);
        if (!decided.events().isEmpty()) {
            state = apply(state, decided);
        }
        return decided.outcomes();
    }

    private ChannelState apply(ChannelState to, Decided decided) {
        writes++;
        return to.apply(new Published(decided.events(), new WriteId(1, 2, writes)));
    }

    private static Request request(Draft... drafts) {
        return new Request("ann", List.of(drafts));
    }

    private static Accepted accepted(Receipt... receipts) {
        return new Accepted(List.of(receipts));
    }

    private static Receipt first(long offset) {
        return new Receipt(offset, false);
    }

    private static Receipt again(long offset) {
        return new Receipt(offset, true);
    }

    @Test
    void afterTheEndNothingIsTakenButWhatIsKnown() {
        write(request(draft("1", "a")), request(end("e")));
        assertThat(state.isComplete()).isTrue();
        assertThat(write(request(draft("2", null)), request(draft("1", "a")), request(end("e")), request(end(null))))
                .satisfiesExactly(
                        outcome -> declined(outcome, Code.CHANNEL_COMPLETE, "offset 2"),
                        outcome -> assertThat(outcome).isEqualTo(accepted(new Receipt(1, true))),
                        outcome -> assertThat(outcome).isEqualTo(accepted(new Receipt(2, true))),
                        outcome -> declined(outcome, Code.CHANNEL_COMPLETE, "offset 2"));
        assertThat(state.head()).isEqualTo(2);
        ChannelState restored = ChannelState.restore(DEDUPE, null, state.snapshot());
        assertThat(restored.isComplete()).isTrue();
    }

    @Test
    void whatFollowsAnEndInTheSameWriteIsRefusedAndARepeatSaysTheSame() {
        List<Request> requests =
                List.of(request(draft("1", null)), request(end(null)), request(draft("2", null)), request(end(null)));
        List<Outcome> first = write(requests.toArray(Request[]::new));
        assertThat(first).hasSize(4);
        assertThat(first.subList(0, 2)).containsExactly(accepted(first(1)), accepted(first(2)));
        declined(first.get(2), Code.CHANNEL_COMPLETE, "offset 2");
        assertThat(state.repeat(requests, 1)).isEqualTo(first);
    }

    @Test
    void anExpectedOffsetHoldsForTheWholeRequestAndNotForWhatIsKnown() {
        write(request(draft("1", "a")));
        Request onTime = new Request("ann", List.of(draft("2", "b"), draft("3", null)), 1L);
        assertThat(write(onTime)).containsExactly(accepted(first(2), first(3)));
        List<Request> late = List.of(
                new Request("ann", List.of(draft("x", null)), 1L),
                new Request("ann", List.of(draft("2", "b")), 1L),
                new Request("ann", List.of(draft("4", null)), 3L),
                new Request("ann", List.of(draft("5", null)), 3L));
        List<Outcome> outcomes = write(late.toArray(Request[]::new));
        declined(outcomes.get(0), Code.OFFSET_CONFLICT, "the head is 3, not 1");
        assertThat(outcomes.get(1)).isEqualTo(accepted(new Receipt(2, true)));
        assertThat(outcomes.get(2)).isEqualTo(accepted(first(4)));
        declined(outcomes.get(3), Code.OFFSET_CONFLICT, "the head is 4, not 3");
        assertThat(state.repeat(late, 4)).isEqualTo(outcomes);
    }

    private static void declined(Outcome outcome, Code code, String detail) {
        assertThat(outcome).isInstanceOfSatisfying(Declined.class, declined -> {
            assertThat(declined.code()).isEqualTo(code);
            assertThat(declined.detail()).contains(detail);
        });
    }

    private static Draft end(String key) {
        return StreamEnd.draft("{}".getBytes(StandardCharsets.UTF_8), JsonInput.Limits.ofBytes(100), key);
    }
}
