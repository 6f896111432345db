package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FamilyCursorTest {
    private static final Epoch EPOCH = new Epoch("abcd2345");

    @Test
    void aCursorComesBackAsItWas() {
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            CommitPosition position = new CommitPosition(
                    random.nextLong() >>> (1 + random.nextInt(60)),
                    i % 7 == 0 ? Long.MAX_VALUE : random.nextLong() >>> (1 + random.nextInt(60)),
                    random.nextBoolean() ? CommitPosition.WHOLE : 1 + random.nextInt(1000));
            FamilyCursor cursor = FamilyCursor.of(EPOCH, "job_progress", position);
            assertThat(cursor.text()).startsWith("w1.").hasSizeLessThan(64);
            assertThat(FamilyCursor.parse(cursor.text())).isEqualTo(new FamilyCursor.Valid(cursor));
            assertThat(cursor.isOf("job_progress")).isTrue();
            assertThat(cursor.isOf("job_progres")).isFalse();
        }
    }

    @Test
    void theGoldenFormNeverChanges() {
        assertThat(FamilyCursor.of(EPOCH, "job_progress", new CommitPosition(741, 12, 3))
                        .text())
                .isEqualTo("w1.AEQ9b53oBJse5QUMAxoEjnE");
    }

    @Test
    void oneChangedCharacterOrACutIsMalformed() {
        String text = FamilyCursor.of(EPOCH, "job_progress", new CommitPosition(123_456, 789, 3))
                .text();
        String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (int at = 0; at < text.length(); at++) {
            for (char c : digits.toCharArray()) {
                if (text.charAt(at) != c) {
                    String changed = text.substring(0, at) + c + text.substring(at + 1);
                    assertThat(FamilyCursor.parse(changed)).as(changed).isEqualTo(new FamilyCursor.Malformed());
                }
            }
            assertThat(FamilyCursor.parse(text.substring(0, at))).isEqualTo(new FamilyCursor.Malformed());
        }
        assertThat(FamilyCursor.parse(text + "A")).isEqualTo(new FamilyCursor.Malformed());
        assertThat(FamilyCursor.parse(text + "=")).isEqualTo(new FamilyCursor.Malformed());
        assertThat(FamilyCursor.parse("w1." + "A".repeat(10_000))).isEqualTo(new FamilyCursor.Malformed());
    }

    @Test
    void theOrderIsByTransactionThenRowThenEvent() {
        assertThat(new CommitPosition(1, 9, 1)).isLessThan(new CommitPosition(2, 1, 1));
        assertThat(new CommitPosition(1, 9, 1)).isLessThan(new CommitPosition(1, 9, 2));
        assertThat(new CommitPosition(1, 9, 2)).isLessThan(CommitPosition.afterRow(1, 9));
        assertThat(CommitPosition.afterRow(1, 9)).isLessThan(new CommitPosition(1, 10, 1));
    }
}
