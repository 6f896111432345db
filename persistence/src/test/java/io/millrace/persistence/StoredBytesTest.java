package io.millrace.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.persistence.ChannelRecord.Trimmed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What version 1 wrote is read forever: these files are never changed, only joined by those of later versions. */
class StoredBytesTest {
    private final RecordSerializer serializer = new RecordSerializer();

    @Test
    void publishedOfVersion1IsRead() throws IOException {
        assertThat(serializer.fromBinary(stored("published"), "P1")).isEqualTo(Samples.published(8, 11));
    }

    @Test
    void trimmedOfVersion1IsRead() throws IOException {
        assertThat(serializer.fromBinary(stored("trimmed"), "T1")).isEqualTo(new Trimmed(7, 11));
    }

    @Test
    void snapshotOfVersion1IsRead() throws IOException {
        assertThat(serializer.fromBinary(stored("snapshot"), "S1")).isEqualTo(Samples.snapshot());
    }

    @Test
    void eventsOfVersion1AreRead() throws IOException {
        assertThat(RecordCodec.decodeEvents(stored("events"))).isEqualTo(Samples.events(8, 11));
    }

    @Test
    void version1IsStillWhatIsWritten() throws IOException {
        assertThat(serializer.toBinary(Samples.published(8, 11))).isEqualTo(stored("published"));
        assertThat(serializer.toBinary(new Trimmed(7, 11))).isEqualTo(stored("trimmed"));
        assertThat(serializer.toBinary(Samples.snapshot())).isEqualTo(stored("snapshot"));
        assertThat(RecordCodec.encodeEvents(Samples.events(8, 11))).isEqualTo(stored("events"));
    }

    @Test
    void endsAndCommandsAreRead() throws IOException {
        assertThat(serializer.fromBinary(stored("ended"), "C1")).isEqualTo(Samples.ended(8, 9));
        assertThat(serializer.fromBinary(stored("trimmed-after-end"), "U1")).isEqualTo(new Trimmed(7, 11, true));
        assertThat(serializer.fromBinary(stored("executed"), "E1")).isEqualTo(Samples.executed(8, 9, "{\"left\":3}"));
        assertThat(serializer.fromBinary(stored("executed-least"), "E1")).isEqualTo(Samples.executed(8, 8, null));
        assertThat(serializer.fromBinary(stored("snapshot-2"), "S1")).isEqualTo(Samples.fullSnapshot());
    }

    @Test
    void endsAndCommandsAreStillWrittenSo() throws IOException {
        assertThat(serializer.toBinary(Samples.ended(8, 9))).isEqualTo(stored("ended"));
        assertThat(serializer.toBinary(new Trimmed(7, 11, true))).isEqualTo(stored("trimmed-after-end"));
        assertThat(serializer.toBinary(Samples.executed(8, 9, "{\"left\":3}"))).isEqualTo(stored("executed"));
        assertThat(serializer.toBinary(Samples.executed(8, 8, null))).isEqualTo(stored("executed-least"));
        assertThat(serializer.toBinary(Samples.fullSnapshot())).isEqualTo(stored("snapshot-2"));
    }

    @Test
    void manifestsNeverChange() {
        assertThat(serializer.identifier()).isEqualTo(7301);
        assertThat(serializer.manifest(Samples.published(1, 1))).isEqualTo("P1");
        assertThat(serializer.manifest(new Trimmed(7, 11))).isEqualTo("T1");
        assertThat(serializer.manifest(Samples.ended(1, 2))).isEqualTo("C1");
        assertThat(serializer.manifest(new Trimmed(7, 11, true))).isEqualTo("U1");
        assertThat(serializer.manifest(Samples.executed(1, 2, null))).isEqualTo("E1");
        assertThat(serializer.manifest(Samples.snapshot())).isEqualTo("S1");
        assertThat(serializer.manifest(Samples.fullSnapshot())).isEqualTo("S1");
    }

    private static byte[] stored(String name) throws IOException {
        try (InputStream file = StoredBytesTest.class.getResourceAsStream("/stored/v1/" + name + ".hex")) {
            assertThat(file).as(name).isNotNull();
            String hex = new String(file.readAllBytes(), StandardCharsets.US_ASCII);
            return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
        }
    }
}
