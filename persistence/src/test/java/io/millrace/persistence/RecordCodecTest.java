package io.millrace.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.persistence.ChannelRecord.Appended;
import io.millrace.persistence.ChannelRecord.Executed;
import io.millrace.persistence.ChannelRecord.Published;
import io.millrace.persistence.ChannelRecord.Trimmed;
import io.millrace.protocol.Event;
import io.millrace.protocol.EventType;
import io.millrace.protocol.JsonData;
import io.millrace.protocol.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordCodecTest {
    private static final List<ChannelRecord> EVERY_KIND = List.of(
            Samples.published(1, 1),
            Samples.published(41, 80),
            Samples.ended(1, 1),
            Samples.ended(41, 50),
            Samples.executed(1, 1, null),
            Samples.executed(41, 43, "{\"a\":[1]}"),
            new Trimmed(3, 9),
            new Trimmed(3, 9, true));

    @Test
    void everyRecordRoundTrips() {
        for (ChannelRecord each : EVERY_KIND) {
            assertThat(RecordCodec.decode(RecordCodec.encode(each))).isEqualTo(each);
        }
    }

    @Test
    void randomEventsRoundTrip() {
        for (long seed = 0; seed < 300; seed++) {
            List<Event> events = randomEvents(new Random(seed));
            assertThat(RecordCodec.decodeEvents(RecordCodec.encodeEvents(events)))
                    .as("seed " + seed)
                    .isEqualTo(events);
        }
    }

    @Test
    void noEventsRoundTrip() {
        assertThat(RecordCodec.decodeEvents(RecordCodec.encodeEvents(List.of())))
                .isEmpty();
    }

    @Test
    void equalRecordsGiveEqualBytes() {
        assertThat(RecordCodec.encode(Samples.published(5, 9))).isEqualTo(RecordCodec.encode(Samples.published(5, 9)));
    }

    @Test
    void aHoleBetweenOffsetsIsNotEncoded() {
        List<Event> broken = List.of(Samples.event(1), Samples.event(3));
        assertThatThrownBy(() -> RecordCodec.encodeEvents(broken)).hasMessageContaining("not dense at 3");
    }

    @Test
    void aRecordCutAnywhereIsCorrupt() {
        for (ChannelRecord each : EVERY_KIND) {
            byte[] whole = RecordCodec.encode(each);
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> RecordCodec.decode(cut)).isInstanceOf(CorruptRecord.class);
            }
        }
    }

    @Test
    void damagedBytesGiveACorruptRecordOrAnotherOneButNeverAnotherFailure() {
        byte[] whole = RecordCodec.encode(Samples.published(41, 50));
        Random random = new Random(4);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            try {
                RecordCodec.decode(damaged);
            } catch (CorruptRecord expected) {
                assertThat(expected).hasMessageStartingWith("corrupt record: ");
            }
        }
    }

    @Test
    void aHugeCountCostsNoMemory() {
        byte[] bytes = RecordCodec.encode(Samples.published(1, 1));
        Arrays.fill(bytes, 10, 14, (byte) 0x7F);
        assertThatThrownBy(() -> RecordCodec.decode(bytes))
                .isInstanceOf(CorruptRecord.class)
                .hasMessageContaining("event count")
                .hasMessageContaining("can't fit");
    }

    @Test
    void bytesTooManyAreNamed() {
        byte[] bytes = RecordCodec.encode(new Trimmed(3, 9));
        assertThatThrownBy(() -> RecordCodec.decode(Arrays.copyOf(bytes, bytes.length + 2)))
                .hasMessageContaining("2 bytes too many");
    }

    @Test
    void aNewerVersionIsNamed() {
        byte[] bytes = RecordCodec.encode(new Trimmed(3, 9));
        bytes[0] = 9;
        assertThatThrownBy(() -> RecordCodec.decode(bytes)).hasMessageContaining("unknown version 9");
    }

    @Test
    void eventsAreNoRecord() {
        byte[] events = RecordCodec.encodeEvents(Samples.events(1, 2));
        assertThatThrownBy(() -> RecordCodec.decode(events)).hasMessageContaining("unknown kind 3");
        assertThatThrownBy(() -> RecordCodec.decodeEvents(RecordCodec.encode(Samples.published(1, 2))))
                .hasMessageContaining("events expected");
    }

    @Test
    void snapshotsRoundTripAndNoticeDamage() {
        for (ChannelSnapshot each : List.of(Samples.snapshot(), Samples.fullSnapshot())) {
            byte[] bytes = SnapshotCodec.encode(each);
            assertThat(SnapshotCodec.decode(bytes)).isEqualTo(each);
            for (int length = 0; length < bytes.length; length++) {
                byte[] cut = Arrays.copyOf(bytes, length);
                assertThatThrownBy(() -> SnapshotCodec.decode(cut)).isInstanceOf(CorruptRecord.class);
            }
        }
    }

    private static List<Event> randomEvents(Random random) {
        long first = 1 + (random.nextLong() & Long.MAX_VALUE) % (Position.MAX_OFFSET - 100);
        long time = random.nextInt();
        List<Event> events = new ArrayList<>();
        for (int i = random.nextInt(20); i >= 0; i--) {
            time += random.nextInt(100_000);
            byte[] data = new byte[random.nextInt(300)];
            random.nextBytes(data);
            events.add(new Event(
                    first + events.size(),
                    Instant.ofEpochMilli(time),
                    EventType.of("t" + random.nextInt()),
                    JsonData.trusted(data),
                    random.nextBoolean() ? null : "ü€😀" + random.nextInt(),
                    random.nextBoolean() ? null : "k".repeat(1 + random.nextInt(255)),
                    random.nextBoolean() ? "" : "p" + random.nextInt()));
        }
        return events;
    }

    /** The compiler can't say so on Java 17: a third kind of record needs a place in the codec. */
    @Test
    void everyKindOfRecordHasBytes() {
        assertThat(ChannelRecord.class.getPermittedSubclasses())
                .containsExactlyInAnyOrder(Appended.class, Trimmed.class);
        assertThat(Appended.class.getPermittedSubclasses()).containsExactlyInAnyOrder(Published.class, Executed.class);
    }

    @Test
    void nothingStandsBehindAnEnd() {
        List<Event> behind = new ArrayList<>(Samples.ended(1, 2).events());
        behind.add(Samples.event(3));
        assertThatThrownBy(() -> new Published(behind, Samples.WRITE)).hasMessageContaining("after the end");
        byte[] bytes = RecordCodec.encode(Samples.published(1, 3));
        bytes[1] = RecordCodec.ENDED;
        assertThatThrownBy(() -> RecordCodec.decode(bytes))
                .isInstanceOf(CorruptRecord.class)
                .hasMessageContaining("don't agree");
    }

    @Test
    void anEndTravelsBetweenNodes() {
        List<Event> events = Samples.ended(4, 6).events();
        assertThat(RecordCodec.decodeEvents(RecordCodec.encodeEvents(events))).isEqualTo(events);
    }
}
