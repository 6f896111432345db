package io.millrace.platform.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.millrace.persistence.ChannelSnapshot.KnownKey;
import io.millrace.platform.channel.KeyMemory.DedupeSettings;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class KeyMemoryTest {
    private static final Duration WINDOW = Duration.ofMinutes(10);
    private static final long MINUTE = 60_000;

    @Test
    void aKeyIsKnownForTheWindowAndForgottenAfterIt() {
        KeyMemory memory = memory(1, 100);
        memory.remember(key(1, 0));
        memory.remember(key(2, 10 * MINUTE));
        assertThat(memory.find("k1")).isEqualTo(key(1, 0));
        memory.remember(key(3, 10 * MINUTE + 1));
        assertThat(memory.find("k1")).isNull();
        assertThat(memory.find("k2")).isNotNull();
    }

    @Test
    void theNewestStayWhateverTheirAge() {
        KeyMemory memory = memory(3, 100);
        LongStream.rangeClosed(1, 5).forEach(n -> memory.remember(key(n, 0)));
        memory.remember(key(6, 1_000_000 * MINUTE));
        assertThat(names(memory)).containsExactly("k4", "k5", "k6");
    }

    @Test
    void neverMoreThanTheMostAreKept() {
        KeyMemory memory = memory(1, 4);
        LongStream.rangeClosed(1, 9).forEach(n -> memory.remember(key(n, n)));
        assertThat(names(memory)).containsExactly("k6", "k7", "k8", "k9");
    }

    @Test
    void aKeyThatIsUsedAnewIsTheNewest() {
        KeyMemory memory = memory(1, 2);
        memory.remember(key(1, 0));
        memory.remember(key(2, 0));
        memory.remember(new KnownKey("k1", 9, 1, 7));
        memory.remember(key(3, 1));
        assertThat(names(memory)).containsExactly("k1", "k3");
    }

    @Test
    void whatWasStoredIsKnownAgain() {
        KeyMemory memory = memory(2, 100);
        LongStream.rangeClosed(1, 5).forEach(n -> memory.remember(key(n, n)));
        KeyMemory restored = new KeyMemory(new DedupeSettings(WINDOW, 2, 100), memory.oldestFirst());
        assertThat(restored.oldestFirst()).isEqualTo(memory.oldestFirst());
    }

    @Test
    void nonsenseIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new DedupeSettings(Duration.ZERO, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new DedupeSettings(WINDOW, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new DedupeSettings(WINDOW, 2, 1));
    }

    private static KeyMemory memory(int atLeast, int atMost) {
        return new KeyMemory(new DedupeSettings(WINDOW, atLeast, atMost), List.of());
    }

    private static KnownKey key(long n, long timeMillis) {
        return new KnownKey("k" + n, n, timeMillis, n);
    }

    private static List<String> names(KeyMemory memory) {
        return memory.oldestFirst().stream().map(KnownKey::key).toList();
    }
}
