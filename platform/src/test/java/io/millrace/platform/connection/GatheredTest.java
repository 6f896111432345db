package io.millrace.platform.connection;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class GatheredTest {
    private static final ByteString ONE = ByteString.fromString("one");

    private final Gathered gathered = new Gathered();

    @Test
    void nothingIsEmpty() {
        assertThat(gathered.result().isEmpty()).isTrue();
        assertThat(gathered.length()).isZero();
    }

    @Test
    void aLonePieceIsHandedOnAsItIs() {
        gathered.add(ONE);

        assertThat(gathered.result()).isSameAs(ONE);
    }

    @Test
    void severalLeaveTogetherInTheirOrder() {
        gathered.add(ONE);
        gathered.add(ByteString.fromString(" two"));
        gathered.add(ByteString.fromString(" three"));

        assertThat(gathered.result().utf8String()).isEqualTo("one two three");
        assertThat(gathered.length()).isEqualTo(13);
    }
}
