package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CursorTest {
    private static final Epoch EPOCH = new Epoch("abcd2345");
    private static final String ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+ \u0141\0";

    @Test
    void whatGoesInComesOut() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            SortedMap<ChannelName, Long> offsets = some(random, 1 + random.nextInt(100));
            Cursor cursor = valid(Cursor.of(EPOCH, offsets));
            offsets.forEach((channel, offset) ->
                    assertThat(cursor.find(channel)).isEqualTo(new Cursor.At(new Position(EPOCH, offset))));
            assertThat(cursor.channels()).isEqualTo(offsets.size());
            assertThat(cursor.epoch()).isEqualTo(EPOCH);
        }
    }

    @Test
    void theOrderOfChannelsDoesNotMatter() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            SortedMap<ChannelName, Long> offsets = some(random, 2 + random.nextInt(30));
            List<ChannelName> channels = new ArrayList<>(offsets.keySet());
            Collections.shuffle(channels, random);
            CursorGroup group = new CursorGroup(EPOCH, channels);
            channels.forEach(channel -> group.moveTo(channel, offsets.get(channel)));
            assertThat(group.text()).isEqualTo(Cursor.of(EPOCH, offsets));
        }
    }

    @Test
    void whatAGroupWroteBeforeDoesNotMatter() {
        // Offsets that grow narrow the fingerprints, which can take another salt; the text must not depend on the way.
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            SortedMap<ChannelName, Long> offsets = some(random, 100);
            CursorGroup group = new CursorGroup(EPOCH, offsets.keySet());
            offsets.keySet().forEach(channel -> group.moveTo(channel, Position.MAX_OFFSET));
            group.text();
            offsets.forEach(group::moveTo);
            assertThat(group.text()).isEqualTo(Cursor.of(EPOCH, offsets));
        }
    }

    @Test
    void aHundredChannelsFitInTheCapWhateverTheirOffsets() {
        for (int seed = 0; seed < 300; seed++) {
            SortedMap<ChannelName, Long> offsets = some(new Random(seed), 100);
            if (seed % 2 == 0) {
                offsets.replaceAll((channel, offset) -> Position.MAX_OFFSET);
            }
            String text = Cursor.of(EPOCH, offsets);
            assertThat(text).hasSizeLessThanOrEqualTo(Cursor.MAX_LENGTH).matches("m1\\.[A-Za-z0-9_-]+");
            assertThat(valid(text).channels()).isEqualTo(100);
        }
    }

    @Test
    void aCollisionTakesAnotherSaltAndBothChannelsAreFound() {
        // At three bytes a fingerprint, a hundred channels collide once in some 3,400 sets: search for one that does.
        int salted = 0;
        for (int seed = 0; seed < 20_000 && salted == 0; seed++) {
            SortedMap<ChannelName, Long> offsets = new TreeMap<>();
            for (int i = 0; i < 100; i++) {
                offsets.put(ChannelName.of("c:" + seed + ":" + i), Position.MAX_OFFSET - i);
            }
            String text = Cursor.of(EPOCH, offsets);
            if (Base64.getUrlDecoder().decode(text.substring(3))[5] != 0) {
                salted++;
                Cursor cursor = valid(text);
                offsets.forEach((channel, offset) ->
                        assertThat(cursor.find(channel)).isEqualTo(new Cursor.At(new Position(EPOCH, offset))));
            }
        }
        assertThat(salted).isOne();
    }

    @Test
    void everyTruncationIsMalformed() {
        for (int seed = 0; seed < 60; seed++) {
            String text = anyCursor(new Random(seed));
            for (int length = 0; length < text.length(); length++) {
                assertThat(Cursor.parse(text.substring(0, length))).isInstanceOf(Cursor.Malformed.class);
            }
        }
    }

    @Test
    void everyChangeOfOneCharacterIsMalformed() {
        for (int seed = 0; seed < 25; seed++) {
            String text = anyCursor(new Random(seed));
            for (int at = 0; at < Math.min(text.length(), 120); at++) {
                for (char c : ALPHABET.toCharArray()) {
                    if (c != text.charAt(at)) {
                        String changed = text.substring(0, at) + c + text.substring(at + 1);
                        assertThat(Cursor.parse(changed)).as(changed).isInstanceOf(Cursor.Malformed.class);
                    }
                }
            }
        }
    }

    @Test
    void everySwapOfNeighboursIsMalformed() {
        for (int seed = 0; seed < 100; seed++) {
            String text = anyCursor(new Random(seed));
            for (int at = 0; at + 1 < text.length(); at++) {
                if (text.charAt(at) != text.charAt(at + 1)) {
                    String swapped =
                            text.substring(0, at) + text.charAt(at + 1) + text.charAt(at) + text.substring(at + 2);
                    assertThat(Cursor.parse(swapped)).as(swapped).isInstanceOf(Cursor.Malformed.class);
                }
            }
        }
    }

    @Test
    void anotherChannelIsForeign() {
        for (int seed = 0; seed < 200; seed++) {
            Cursor cursor = valid(anyCursor(new Random(seed)));
            for (int i = 0; i < 100; i++) {
                assertThat(cursor.find(ChannelName.of("other:" + seed + ":" + i)))
                        .isEqualTo(new Cursor.Foreign());
            }
        }
    }

    @Test
    void parsingNeverThrows() {
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "m1." : "abcd2345.");
            for (int i = random.nextInt(40); i > 0; i--) {
                text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
            }
            assertThat(Cursor.parse(text.toString())).isInstanceOf(Cursor.Malformed.class);
        }
    }

    @Test
    void aStampMakesTheSameCursors() {
        ChannelName channel = ChannelName.of("user:42");
        Cursor.Stamp stamp = Cursor.stamp(channel, EPOCH);
        for (long offset : new long[] {0, 1, 9, 10, Position.MAX_OFFSET}) {
            assertThat(stamp.at(offset)).isEqualTo(Cursor.of(channel, new Position(EPOCH, offset)));
        }
    }

    @Test
    void anOffsetPastTheLargestIsRefused() {
        Cursor.Stamp stamp = Cursor.stamp(ChannelName.of("a"), EPOCH);
        assertThatThrownBy(() -> stamp.at(Position.MAX_OFFSET + 1)).isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> stamp.at(-1)).isInstanceOf(InvalidInput.class);
    }

    @Test
    void moreThanAHundredChannelsAreRefused() {
        assertThatThrownBy(() -> Cursor.of(EPOCH, some(new Random(1), 101)))
                .isInstanceOfSatisfying(
                        InvalidInput.class, it -> assertThat(it.code()).isEqualTo(Code.TOO_MANY_CHANNELS));
        assertThatThrownBy(() -> Cursor.of(EPOCH, new TreeMap<>())).isInstanceOf(InvalidInput.class);
    }

    @Test
    void aGroupKnowsOnlyItsChannels() {
        CursorGroup group = new CursorGroup(EPOCH, List.of(ChannelName.of("a")));
        group.moveTo(ChannelName.of("a"), 5);
        assertThat(group.position(ChannelName.of("a"))).isEqualTo(new Position(EPOCH, 5));
        assertThatThrownBy(() -> group.moveTo(ChannelName.of("b"), 1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String anyCursor(Random random) {
        return Cursor.of(EPOCH, some(random, random.nextBoolean() ? 1 : 2 + random.nextInt(8)));
    }

    private static SortedMap<ChannelName, Long> some(Random random, int count) {
        SortedMap<ChannelName, Long> offsets = new TreeMap<>();
        while (offsets.size() < count) {
            long offset = random.nextLong() >>> (11 + random.nextInt(53));
            offsets.put(ChannelName.of("job_progress:" + random.nextInt(1_000_000)), offset);
        }
        return offsets;
    }

    private static Cursor valid(String text) {
        return ((Cursor.Valid) Cursor.parse(text)).cursor();
    }
}
