package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CodeTest {
    @Test
    void everyNumberAndNameIsTakenOnce() {
        assertThat(Arrays.stream(Code.values()).map(Code::number))
                .doesNotHaveDuplicates()
                .allMatch(it -> it >= 4000 && it <= 4999);
        assertThat(Arrays.stream(Code.values()).map(Code::code))
                .doesNotHaveDuplicates()
                .allMatch(it -> it.matches("[a-z0-9]+(-[a-z0-9]+)*"));
    }

    @Test
    void theNumbersRangeSaysWhetherToComeBack() {
        assertThat(Code.values()).allMatch(it -> it.retry() == it.number() < 4500);
    }

    @Test
    void everyCloseCodeMayBeSent() {
        assertThat(Code.values()).allMatch(it -> WsDecoder.mayBeSent(it.closeCode()));
    }

    @Test
    void everyCodeSaysWhatHappenedAndWhatToDo() {
        assertThat(Code.values())
                .allMatch(it -> it.happened().endsWith(".") && it.remedy().endsWith("."));
    }

    @Test
    void theTableOfTheDocsIsThisCatalogue() throws IOException {
        String docs = Files.readString(Path.of("PROTOCOL.md"));
        List<String> rows = docs.lines()
                .dropWhile(line -> !line.startsWith("| Number |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        assertThat(rows)
                .containsExactlyElementsOf(
                        Arrays.stream(Code.values()).map(CodeTest::row).toList());
    }

    /** The file is what the TypeScript client's constants are made from. */
    @Test
    void theFileForOtherLanguagesIsThisCatalogue() {
        List<String> listed = new ArrayList<>();
        Cases.read("wire/codes.json").forEach(it -> listed.add(it.toString()));
        assertThat(listed)
                .containsExactlyElementsOf(
                        Arrays.stream(Code.values()).map(CodeTest::json).toList());
    }

    private static String json(Code code) {
        return Cases.utf8(new JsonObjectWriter()
                .text("name", code.code())
                .number("number", code.number())
                .text("kind", Texts.kebab(code.kind().name()))
                .number("httpStatus", code.httpStatus())
                .number("closeCode", code.closeCode())
                .flag("retry", code.retry())
                .text("happened", code.happened())
                .text("remedy", code.remedy())
                .bytes());
    }

    private static String row(Code code) {
        return "| %d | `%s` | %s | %d | %d | %s | %s | %s |"
                .formatted(
                        code.number(),
                        code.code(),
                        code.kind() == Code.Kind.REFUSAL ? "refusal" : "ending",
                        code.httpStatus(),
                        code.closeCode(),
                        code.retry() ? "yes" : "no",
                        code.happened(),
                        code.remedy());
    }

    @Test
    void aPauseIsRoundedUpToSeconds() {
        assertThat(Refusal.of(Code.NODE_FULL, "x", Duration.ofMillis(1)).retryAfterSeconds())
                .isOne();
        assertThat(Refusal.of(Code.NODE_FULL, "x", Duration.ofSeconds(2)).retryAfterSeconds())
                .isEqualTo(2);
        assertThat(Refusal.of(Code.NODE_FULL).retryAfterSeconds()).isEqualTo(-1);
        assertThatThrownBy(() -> Refusal.of(Code.NODE_FULL, "x", Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFaultBecomesTheRefusalOfItsField() {
        Refusal refusal = Refusal.of(new InvalidInput("channel", "wrong"));
        assertThat(refusal.code()).isEqualTo(Code.INVALID_CHANNEL);
        assertThat(refusal.detail()).isEqualTo("channel: wrong");
        assertThat(Refusal.of(new InvalidInput("type", "wrong").within("[3]")).detail())
                .isEqualTo("[3].type: wrong");
    }

    @Test
    void aStartIsAWordACursorOrATime() {
        Epoch epoch = new Epoch("abcd2345");
        String cursor = Cursor.of(ChannelName.of("a"), new Position(epoch, 1));
        assertThat(Start.parse("earliest")).isEqualTo(new Start.Earliest());
        assertThat(Start.parse("latest")).isEqualTo(new Start.Latest());
        assertThat(Start.parse(cursor)).isInstanceOf(Start.After.class);
        assertThat(Start.parse("2026-01-31T13:00:00+01:00"))
                .isEqualTo(new Start.Since(Instant.parse("2026-01-31T12:00:00Z")));
        for (String bad : List.of("", "now", "EARLIEST", "2026-01-31", "2026-01-31T12:00:00", cursor + "x", "7")) {
            assertThatThrownBy(() -> Start.parse(bad))
                    .isInstanceOfSatisfying(
                            InvalidInput.class, it -> assertThat(it.code()).isEqualTo(Code.INVALID_PARAMETER));
        }
    }

    @Test
    void familiesEndAtTheFirstColon() {
        assertThat(ChannelName.of("user:42:inbox").family()).isEqualTo("user");
        assertThat(ChannelName.of("global").family()).isEqualTo("global");
    }
}
