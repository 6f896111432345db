package io.millrace.platform.relay;

import static io.millrace.platform.fakes.Sample.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.platform.fakes.Sample;
import io.millrace.platform.relay.LiveList.Node;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LiveListTest {
    @Test
    void aReaderGetsWhatIsAppendedAfterItsPlace() {
        LiveList list = list(5, 100);
        Node reader = place(list, 5);
        assertThat(reader.next()).isNull();
        append(list, 6, 8);
        assertThat(readAll(reader)).containsExactly(6L, 7L, 8L);
        assertThat(list.head()).isEqualTo(8);
    }

    @Test
    void readersAtDifferentPlacesShareTheEvents() {
        LiveList list = list(0, 100);
        append(list, 1, 9);
        assertThat(readAll(place(list, 0))).hasSize(9);
        assertThat(readAll(place(list, 6))).containsExactly(7L, 8L, 9L);
        assertThat(place(list, 6).next()).isSameAs(place(list, 7));
    }

    @Test
    void whoIsAheadOfTheListWaitsAtItsEnd() {
        LiveList list = list(4, 100);
        assertThat(place(list, 99).offset()).isEqualTo(4);
    }

    @Test
    void itDoesNotReachBackBeyondItsBound() {
        LiveList list = list(0, 3);
        append(list, 1, 10);
        assertThat(list.after(6)).isNull();
        assertThat(readAll(place(list, 7))).containsExactly(8L, 9L, 10L);
    }

    @Test
    void theBytesBoundHoldsButTheNewestStays() {
        LiveList list = new LiveList(0, 1000, 10_000);
        String large = '"' + "x".repeat(4000) + '"';
        list.append(LiveChannel.encode(event(1, large)));
        list.append(LiveChannel.encode(event(2, large)));
        assertThat(list.after(0)).isNull();
        assertThat(readAll(place(list, 1))).containsExactly(2L);
        list.append(LiveChannel.encode(event(3, '"' + "x".repeat(90_000) + '"')));
        assertThat(readAll(place(list, 2))).containsExactly(3L);
    }

    @Test
    void aReaderThatIsOvertakenFindsThatItHasFallen() {
        LiveList list = list(0, 3);
        Node stalled = place(list, 0);
        append(list, 1, 3);
        assertThat(readAll(stalled)).containsExactly(1L, 2L, 3L);
        append(list, 4, 4);
        assertThat(stalled.next()).isSameAs(Node.FALLEN);
    }

    @Test
    void aReaderWithinTheListIsNotHarmedByWhatIsDroppedBehindIt() {
        LiveList list = list(0, 3);
        append(list, 1, 3);
        Node reader = place(list, 2);
        append(list, 4, 5);
        assertThat(readAll(reader)).containsExactly(3L, 4L, 5L);
    }

    @Test
    void everyReaderFallsOffWhereTheListBeginsAnew() {
        LiveList list = list(0, 100);
        append(list, 1, 3);
        Node upToDate = place(list, 3);
        Node behind = place(list, 1);
        list.restartAt(50, false);
        append(list, 51, 52);
        assertThat(upToDate.next()).isSameAs(Node.FALLEN);
        assertThat(readAll(behind)).containsExactly(2L, 3L);
        assertThat(list.after(3)).isNull();
        assertThat(readAll(place(list, 50))).containsExactly(51L, 52L);
    }

    @Test
    void aStalledReaderKeepsNothingOfWhatCameLaterInMemory() {
        LiveList list = list(0, 2);
        Node stalled = place(list, 0);
        append(list, 1, 1);
        WeakReference<EncodedEvent> later = new WeakReference<>(
                Objects.requireNonNull(Objects.requireNonNull(stalled.next()).event()));
        append(list, 2, 9);
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            System.gc();
            return later.get() == null;
        });
        assertThat(stalled.next()).isSameAs(Node.FALLEN);
    }

    @Test
    void readersOnOtherThreadsSeeADenseSequenceUntilTheyFall() throws InterruptedException {
        LiveList list = list(0, 500);
        List<Thread> readers = new ArrayList<>();
        List<String> wrong = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 3; i++) {
            Thread reader = new Thread(() -> {
                Node node = place(list, 0);
                long last = 0;
                while (last < 20_000) {
                    Node next = node == null ? null : node.next();
                    if (node == null || next == Node.FALLEN) {
                        last = list.head();
                        node = list.after(last);
                    } else if (next == null) {
                        Thread.onSpinWait();
                    } else {
                        if (next.offset() != last + 1) {
                            wrong.add(last + " -> " + next.offset());
                        }
                        last = next.offset();
                        node = next;
                    }
                }
            });
            reader.start();
            readers.add(reader);
        }
        append(list, 1, 20_000);
        for (Thread reader : readers) {
            reader.join(20_000);
            assertThat(reader.isAlive()).isFalse();
        }
        assertThat(wrong).isEmpty();
    }

    private static LiveList list(long head, int maxEvents) {
        return new LiveList(head, maxEvents, Long.MAX_VALUE);
    }

    private static void append(LiveList list, long first, long last) {
        Sample.events(first, last).forEach(event -> list.append(LiveChannel.encode(event)));
    }

    private static Node place(LiveList list, long offset) {
        return Objects.requireNonNull(list.after(offset));
    }

    private static List<Long> readAll(Node from) {
        List<Long> offsets = new ArrayList<>();
        for (Node node = from.next(); node != null && node != Node.FALLEN; node = node.next()) {
            offsets.add(node.offset());
        }
        return offsets;
    }
}
