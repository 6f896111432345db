package io.millrace.platform.channel;

import static io.millrace.platform.fakes.Sample.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.persistence.ChannelRecord.Published;
import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Answer.Accepted;
import io.millrace.platform.channel.Answer.Conflicted;
import io.millrace.platform.channel.Answer.Outcome;
import io.millrace.platform.channel.Answer.Receipt;
import io.millrace.platform.channel.Answer.Waits;
import io.millrace.platform.channel.Channel.PublishAll;
import io.millrace.platform.channel.Channel.Request;
import io.millrace.platform.channel.KeyMemory.DedupeSettings;
import io.millrace.platform.channel.LatestLine.Turn;
import io.millrace.platform.family.Family.Rate;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Event;
import io.millrace.protocol.EventType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LatestLineTest {
    private static final DedupeSettings DEDUPE = new DedupeSettings(Duration.ofMinutes(10), 1000, 10_000);
    private static final ActorRef<Answer> RELAY = TestInbox.<Answer>create().getRef();

    private LatestLine line = new LatestLine(new Rate(1, Duration.ofSeconds(1), 0));
    private ChannelState state = ChannelState.empty(DEDUPE, null);
    private final List<Event> log = new ArrayList<>();
    private final Map<Long, List<Outcome>> answered = new HashMap<>();
    private long sequence;
    private long now = 1_795_000_000_000L;

    @Test
    void whatComesInTimeWaitsForNobody() {
        assertThat(publish(draft("a", 1, null))).containsExactly(at(1));
        now += 1000;
        assertThat(publish(draft("a", 2, null))).containsExactly(at(2));
    }

    @Test
    void ofEachValueKeyTheNewestWaitsAndTheOlderLearnWhereItStands() {
        publish(draft("a", 1, null));
        assertThat(publish(draft("a", 2, null))).containsExactly(new Waits());
        assertThat(publish(draft("b", 3, null))).containsExactly(new Waits());
        assertThat(publish(draft("a", 4, null))).containsExactly(new Waits());
        Turn early = letGo();
        assertThat(early.events()).isEmpty();
        assertThat(early.next()).isEqualTo(Duration.ofMillis(1001));
        now += 1000;
        letGo();
        assertThat(answered.get(2L)).containsExactly(superseded(2));
        assertThat(answered.get(4L)).containsExactly(at(2));
        assertThat(answered.get(3L)).containsExactly(new Waits());
        now += 1000;
        assertThat(letGo().next()).isZero();
        assertThat(answered.get(3L)).containsExactly(at(3));
        assertThat(log).extracting(event -> event.data().toString()).containsExactly("1", "4", "3");
    }

    @Test
    void anotherSourceIsAnotherValue() {
        publish(draft("a", 1, null));
        publish(new Draft(EventType.of("a"), json("2"), "here", null));
        publish(new Draft(EventType.of("a"), json("3"), "there", null));
        now += 5000;
        letGo();
        now += 5000;
        letGo();
        assertThat(log).hasSize(3);
    }

    @Test
    void aRequestOfManyIsAnsweredWhenItsLastHasFoundItsPlace() {
        assertThat(publish(draft("a", 1, null), draft("b", 2, null), draft("b", 3, null)))
                .containsExactly(new Waits());
        now += 1000;
        letGo();
        assertThat(answered.get(1L))
                .containsExactly(new Accepted(
                        List.of(new Receipt(1, false), new Receipt(2, false, true), new Receipt(2, false))));
    }

    @Test
    void theSameWriteAgainIsAnsweredAsFarAsItIsKnown() {
        publish(draft("a", 1, null));
        publish(draft("a", 2, null));
        assertThat(again(draft("a", 2, null))).containsExactly(new Waits());
        now += 1000;
        letGo();
        assertThat(again(draft("a", 2, null))).containsExactly(at(2));
        assertThat(log).hasSize(2);
    }

    @Test
    void aPublisherWhoTriesAgainNeverPutsAnOldValueOverANewOne() {
        publish(draft("a", 1, null));
        publish(draft("a", 2, "old"));
        assertThat(publish(draft("a", 2, "old"))).as("while it waits").containsExactly(new Waits());
        publish(draft("a", 3, "new"));
        now += 1000;
        letGo();
        assertThat(answered.get(3L)).containsExactly(new Accepted(List.of(new Receipt(2, true, true))));
        now += 1000;
        assertThat(publish(draft("a", 2, "old"))).containsExactly(new Accepted(List.of(new Receipt(2, true, true))));
        assertThat(publish(draft("a", 3, "new"))).containsExactly(new Accepted(List.of(new Receipt(2, true))));
        assertThat(log).hasSize(2);
    }

    @Test
    void aKeyThatWasUsedForAnotherBodyRefusesItsRequest() {
        publish(draft("a", 1, "k"));
        publish(draft("a", 2, "waiting"));
        assertThat(publish(draft("b", 9, null), draft("a", 3, "k"))).containsExactly(new Conflicted(1, 1));
        assertThat(publish(draft("a", 3, "waiting"))).containsExactly(new Conflicted(0, 0));
        assertThat(publish(draft("a", 4, "x"), draft("a", 5, "x"))).containsExactly(new Conflicted(1, 0));
    }

    /** Whatever is published: the log is dense and within the rate, and ends with the newest of each value. */
    @Test
    void theNewestOfEachValueAlwaysArrivesAndEverybodyIsAnsweredTruly() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            int rate = 1 + random.nextInt(5);
            line = new LatestLine(new Rate(rate, Duration.ofSeconds(1), 0));
            state = ChannelState.empty(DEDUPE, null);
            log.clear();
            answered.clear();
            sequence = 0;
            long began = now;
            Map<Long, List<Draft>> published = new HashMap<>();
            Map<EventType, String> newest = new HashMap<>();
            for (int n = 1; n <= 60; n++) {
                List<Draft> drafts = new ArrayList<>();
                for (int d = 0; d <= random.nextInt(3); d++) {
                    Draft draft = draft("t" + random.nextInt(4), n * 10 + d, random.nextBoolean() ? n + "k" + d : null);
                    drafts.add(draft);
                    newest.put(draft.type(), draft.data().toString());
                }
                publish(drafts.toArray(Draft[]::new));
                published.put(sequence, drafts);
                now += random.nextInt(150);
                letGo();
            }
            for (Turn turn = letGo(); !turn.next().isZero(); turn = letGo()) {
                now += turn.next().toMillis();
            }
            assertThat((long) log.size())
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(rate + (now - began) * rate / 1000 + 1);
            Map<EventType, String> last = new HashMap<>();
            log.forEach(event -> last.put(event.type(), event.data().toString()));
            assertThat(last).as("seed %d", seed).isEqualTo(newest);
            published.forEach((write, drafts) -> check(drafts, answered.get(write)));
        }
    }

    private void check(List<Draft> drafts, List<Outcome> outcomes) {
        List<Receipt> receipts = ((Accepted) outcomes.get(0)).receipts();
        for (int i = 0; i < drafts.size(); i++) {
            Event stands = log.get((int) receipts.get(i).offset() - 1);
            assertThat(stands.offset()).isEqualTo(receipts.get(i).offset());
            assertThat(stands.type()).isEqualTo(drafts.get(i).type());
            int said = Integer.parseInt(drafts.get(i).data().toString());
            int found = Integer.parseInt(stands.data().toString());
            assertThat(receipts.get(i).superseded()).isEqualTo(found > said);
            assertThat(found).isGreaterThanOrEqualTo(said);
        }
    }

    private List<Outcome> publish(Draft... drafts) {
        sequence++;
        return again(drafts);
    }

    private List<Outcome> again(Draft... drafts) {
        PublishAll command =
                new PublishAll(new WriteId(1, 2, sequence), List.of(new Request("ann", List.of(drafts))), RELAY);
        commit(line.take(state, command, now));
        return answered.get(sequence);
    }

    private Turn letGo() {
        Turn turn = line.letGo(state, now);
        commit(turn);
        return turn;
    }

    /** What the channel does with a turn. */
    private void commit(Turn turn) {
        if (!turn.events().isEmpty()) {
            state = state.apply(new Published(turn.events(), turn.write()));
            log.addAll(turn.events());
        }
        turn.replies()
                .forEach(reply -> answered.put(
                        reply.answer().write().sequence(), reply.answer().outcomes()));
    }

    private static Draft draft(String type, int value, @Nullable String key) {
        return new Draft(EventType.of(type), json(Integer.toString(value)), null, key);
    }

    private static Accepted at(long offset) {
        return new Accepted(List.of(new Receipt(offset, false)));
    }

    private static Accepted superseded(long offset) {
        return new Accepted(List.of(new Receipt(offset, false, true)));
    }
}
