package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SequenceCheckTest {
    private final SequenceCheck check = new SequenceCheck(10);

    @Test
    void inOrderNothingIsWrong() {
        take(10, 11, 12);

        expect(13, 0, 0, 0);
        assertThat(check.complete(13)).isTrue();
    }

    @Test
    void aHoleIsLostUntilItComesLate() {
        take(10, 13);
        expect(14, 2, 0, 0);

        take(12);
        expect(14, 1, 0, 1);
        assertThat(check.complete(14)).isFalse();
    }

    @Test
    void whatWasThereBeforeIsADuplicate() {
        take(10, 11, 11, 10, 9);

        expect(12, 0, 3, 0);
    }

    @Test
    void whatNeverCameAtTheEndIsLost() {
        take(10);

        expect(15, 4, 0, 0);
    }

    private void take(long... numbers) {
        LongStream.of(numbers).forEach(check::accept);
    }

    private void expect(long end, long lost, long duplicated, long reordered) {
        assertThat(new Losses(check.lost(end), check.duplicated(), check.reordered()))
                .isEqualTo(new Losses(lost, duplicated, reordered));
    }
}
