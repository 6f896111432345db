package io.millrace.platform.preset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelTemplateTest {
    private static final Set<String> KNOWN = Set.of("name", "user", "entity");

    private static List<String> names(String template, Map<String, List<String>> values) {
        return ChannelTemplate.parse(template, KNOWN).names(place -> values.getOrDefault(place, List.of()));
    }

    @Test
    void placesAreFilledWithEachOfTheirValues() {
        assertThat(names("global", Map.of())).containsExactly("global");
        assertThat(names("orders:{name}:{user}", Map.of("name", List.of("new", "paid"), "user", List.of("7"))))
                .containsExactlyInAnyOrder("orders:new:7", "orders:paid:7");
    }

    @Test
    void aPlaceWithoutAValueStandsForNothing() {
        assertThat(names("entity:{entity}", Map.of())).isEmpty();
        assertThat(names("entity:{entity}", Map.of("entity", List.of("")))).isEmpty();
    }

    /** A value inside a longer name can't reach another part of it; one that is the whole name is the client's own choice. */
    @Test
    void aValueCanNotReachIntoAnotherPartOfTheName() {
        assertThat(names("user:{name}:inbox", Map.of("name", List.of("7:inbox:user:8"))))
                .isEmpty();
        assertThat(names("x:{name}:{user}", Map.of("name", List.of("{user}"), "user", List.of("7"))))
                .isEmpty();
        assertThat(names("{name}", Map.of("name", List.of("stable:12")))).containsExactly("stable:12");
    }

    @Test
    void aWholeFamilyIsSaidByItsTemplateAndNeverByAValue() {
        assertThat(ChannelTemplate.parse("orders:*", KNOWN).isFamily()).isTrue();
        assertThat(ChannelTemplate.parse("orders:{name}", KNOWN).isFamily()).isFalse();
    }

    @Test
    void anUnknownPlaceIsRefusedWithThoseThatThereAre() {
        assertThatThrownBy(() -> ChannelTemplate.parse("orders:{nam}", KNOWN))
                .hasMessageContaining("there is no {nam}")
                .hasMessageContaining("name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":*", "orders *", "orders:*:new", "orders/{name}", "orders:{name"})
    void whatIsNoChannelsNameIsRefused(String template) {
        assertThatThrownBy(() -> ChannelTemplate.parse(template, KNOWN)).hasMessageContaining("is no channel's name");
    }
}
