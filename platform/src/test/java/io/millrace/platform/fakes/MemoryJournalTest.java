package io.millrace.platform.fakes;

import static io.millrace.platform.fakes.Sample.CHANNEL;
import static io.millrace.platform.fakes.Sample.START;
import static io.millrace.platform.fakes.Sample.events;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.persistence.Journal.Bounds;
import io.millrace.persistence.Journal.Page;
import io.millrace.persistence.JournalUnavailable;
import io.millrace.protocol.Event;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The fake keeps what {@link io.millrace.persistence.Journal} promises, or every test that uses it proves nothing. */
class MemoryJournalTest {
    private final MemoryJournal journal = new MemoryJournal();

    @Test
    void aChannelThatWasNeverWrittenHasHeadZero() {
        assertThat(now(journal.bounds(CHANNEL))).isEqualTo(new Bounds(0, 1));
        assertThat(read(0, 10, 1000).events()).isEmpty();
    }

    @Test
    void aPageHoldsWhatWasAskedForAndAtLeastOneEvent() {
        journal.append(CHANNEL, events(1, 9));
        assertThat(offsets(read(2, 5, 1000))).containsExactly(3L, 4L, 5L);
        assertThat(offsets(read(2, 9, 14))).containsExactly(3L, 4L);
        assertThat(offsets(read(2, 9, 1))).containsExactly(3L);
        assertThat(offsets(read(9, 20, 1000))).isEmpty();
    }

    @Test
    void aPageNeverBeginsLaterThanAsked() {
        journal.append(CHANNEL, events(1, 9));
        journal.trim(CHANNEL, 4);
        assertThat(read(3, 9, 1000).events()).isEmpty();
        assertThat(read(3, 9, 1000).bounds()).isEqualTo(new Bounds(9, 5));
        assertThat(offsets(read(4, 6, 1000))).containsExactly(5L, 6L);
        journal.trim(CHANNEL, 9);
        assertThat(now(journal.bounds(CHANNEL))).isEqualTo(new Bounds(9, 10));
    }

    @Test
    void aTimeIsFoundByWhatIsOlder() {
        journal.append(CHANNEL, events(1, 9));
        assertThat(now(journal.offsetBefore(CHANNEL, START.plusMillis(4)))).isEqualTo(3);
        assertThat(now(journal.offsetBefore(CHANNEL, START))).isZero();
    }

    @Test
    void whatIsHeldIsAnsweredLaterWithWhatIsTrueThen() {
        journal.holdsAnswers();
        CompletableFuture<Bounds> bounds = journal.bounds(CHANNEL).toCompletableFuture();
        assertThat(bounds).isNotDone();
        journal.append(CHANNEL, events(1, 3));
        journal.answersHeld();
        assertThat(bounds.join().head()).isEqualTo(3);
    }

    @Test
    void whileItIsAwayEveryQuestionFails() {
        journal.isAway(true);
        assertThat(journal.bounds(CHANNEL).toCompletableFuture())
                .failsWithin(java.time.Duration.ofSeconds(1))
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .withCauseInstanceOf(JournalUnavailable.class);
    }

    private Page read(long after, long upTo, int bytes) {
        return now(journal.read(CHANNEL, after, upTo, bytes));
    }

    private static List<Long> offsets(Page page) {
        return page.events().stream().map(Event::offset).toList();
    }

    private static <T> T now(java.util.concurrent.CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }
}
