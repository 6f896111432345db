package io.millrace.platform.relay;

import static io.millrace.platform.fakes.Sample.CHANNEL;
import static io.millrace.platform.fakes.Sample.event;
import static io.millrace.platform.fakes.Sample.events;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.persistence.Journal.Bounds;
import io.millrace.platform.fakes.MemoryJournal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PagesTest {
    private final MemoryJournal journal = new MemoryJournal();
    private final Pages pages = pages(100, 64 * 1024);

    @Test
    void aPageReachesPastTheOffset() {
        journal.append(CHANNEL, events(1, 250));
        for (long offset : new long[] {0, 1, 99, 100, 150, 199, 200, 249}) {
            EncodedPage page = after(pages, offset);
            assertThat(page.reachesPast(offset)).as("after %d", offset).isTrue();
            assertDense(page);
        }
    }

    @Test
    void afterTheHeadThereIsNothing() {
        journal.append(CHANNEL, events(1, 250));
        EncodedPage page = after(pages, 250);
        assertThat(page.reachesPast(250)).isFalse();
        assertThat(page.bounds()).isEqualTo(new Bounds(250, 1));
    }

    @Test
    void aPageThatWasReadBeforeNewEventsCameIsReadAgain() {
        journal.append(CHANNEL, events(1, 50));
        assertThat(after(pages, 50).reachesPast(50)).isFalse();
        journal.append(CHANNEL, events(51, 60));
        assertThat(after(pages, 50).reachesPast(50)).isTrue();
    }

    @Test
    void aThousandReturningClientsShareAHandfulOfReads() throws Exception {
        journal.append(CHANNEL, events(1, 250));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Boolean>> clients = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                long offset = i % 250;
                clients.add(threads.submit(() -> after(pages, offset).reachesPast(offset)));
            }
            for (Future<Boolean> client : clients) {
                assertThat(client.get()).isTrue();
            }
        } finally {
            threads.shutdown();
        }
        assertThat(journal.reads()).isLessThan(10);
    }

    @Test
    void theNextPageIsReadAheadForWhoeverWalksThroughThePast() {
        journal.append(CHANNEL, events(1, 350));
        after(pages, 0);
        assertThat(journal.reads()).as("nobody walks yet").isEqualTo(1);
        after(pages, 100);
        assertThat(journal.reads()).as("two pages and the third ahead").isEqualTo(3);
        after(pages, 200);
        after(pages, 300);
        assertThat(journal.reads()).as("nothing lies ahead of the last").isEqualTo(4);
    }

    @Test
    void aReadThatIsUnderWayIsSharedToo() {
        journal.append(CHANNEL, events(1, 100));
        journal.holdsAnswers();
        List<CompletableFuture<EncodedPage>> waiting = LongStream.range(0, 100)
                .mapToObj(offset -> pages.after(offset).toCompletableFuture())
                .toList();
        assertThat(journal.reads()).isEqualTo(1);
        journal.answersHeld();
        assertThat(waiting).allSatisfy(page -> assertThat(page).isCompleted());
        assertThat(waiting.get(0).join()).isSameAs(waiting.get(99).join());
    }

    @Test
    void whereRetentionHasCutIntoAPageWhatIsLeftIsRead() {
        journal.append(CHANNEL, events(1, 250));
        journal.trim(CHANNEL, 130);
        EncodedPage page = after(pages, 140);
        assertThat(page.reachesPast(140)).isTrue();
        assertDense(page);
    }

    @Test
    void whereTheNextEventIsGoneThePageIsEmptyAndItsBoundsSaySo() {
        journal.append(CHANNEL, events(1, 250));
        journal.trim(CHANNEL, 130);
        EncodedPage page = after(pages, 110);
        assertThat(page.events()).isEmpty();
        assertThat(page.bounds()).isEqualTo(new Bounds(250, 131));
    }

    @Test
    void aPageThatItsBytesCutShortIsReadOnFromTheClientsPlace() {
        String large = '"' + "x".repeat(10_000) + '"';
        journal.append(
                CHANNEL,
                LongStream.rangeClosed(1, 50).mapToObj(n -> event(n, large)).toList());
        for (long offset = 0; offset < 50; offset++) {
            EncodedPage page = after(pages, offset);
            assertThat(page.reachesPast(offset)).as("after %d", offset).isTrue();
            assertDense(page);
        }
    }

    @Test
    void everyPlaceIsReachedWhateverTheJournalsShape() {
        for (int seed = 0; seed < 300; seed++) {
            java.util.Random random = new java.util.Random(seed);
            MemoryJournal some = new MemoryJournal();
            int head = 1 + random.nextInt(60);
            for (int n = 1; n <= head; n++) {
                some.append(CHANNEL, List.of(event(n, '"' + "x".repeat(random.nextInt(30_000)) + '"')));
            }
            long trimmed = random.nextInt(head);
            some.trim(CHANNEL, trimmed);
            Pages those = new Pages(
                    CHANNEL,
                    some,
                    new RelaySettings.Pages(1 + random.nextInt(40), 64 * 1024),
                    LiveChannel::encode,
                    new RelayMeters(new SimpleMeterRegistry()));
            for (int ask = 0; ask < 20; ask++) {
                long offset = random.nextInt(head);
                EncodedPage page = after(those, offset);
                assertThat(page.reachesPast(offset))
                        .as("seed %d, after %d of %d, trimmed to %d", seed, offset, head, trimmed)
                        .isEqualTo(offset >= trimmed);
            }
        }
    }

    @Test
    void aFailedReadIsNotRemembered() {
        journal.append(CHANNEL, events(1, 10));
        journal.isAway(true);
        assertThat(pages.after(3).toCompletableFuture()).isCompletedExceptionally();
        journal.isAway(false);
        assertThat(after(pages, 3).reachesPast(3)).isTrue();
    }

    @Test
    void theBoundsAreAskedOnceForEverybodyWhoWantsThemLately() {
        journal.append(CHANNEL, events(1, 10));
        for (int i = 0; i < 100; i++) {
            assertThat(pages.boundsLately().toCompletableFuture().join()).isEqualTo(new Bounds(10, 1));
        }
        assertThat(journal.boundsAsked()).isLessThanOrEqualTo(3);
    }

    private Pages pages(int events, int bytes) {
        return new Pages(
                CHANNEL,
                journal,
                new RelaySettings.Pages(events, bytes),
                LiveChannel::encode,
                new RelayMeters(new SimpleMeterRegistry()));
    }

    private static EncodedPage after(Pages pages, long offset) {
        return pages.after(offset).toCompletableFuture().join();
    }

    private static void assertDense(EncodedPage page) {
        for (int i = 1; i < page.events().size(); i++) {
            assertThat(page.events().get(i).offset())
                    .isEqualTo(page.events().get(i - 1).offset() + 1);
        }
    }
}
