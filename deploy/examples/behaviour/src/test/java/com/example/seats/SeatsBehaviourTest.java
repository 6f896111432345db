package com.example.seats;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.platform.channel.EntityTestKit;
import io.millrace.platform.channel.EntityTestKit.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SeatsBehaviourTest {
    private final EntityTestKit kit = EntityTestKit.of(new SeatsBehaviour());

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void aSeatIsOnePersons() {
        assertThat(kit.execute("reserve", "{\"seat\":\"7A\",\"by\":\"ann\"}").types())
                .containsExactly("seat.reserved");
        Result late = kit.execute("reserve", "{\"seat\":\"7A\",\"by\":\"bob\"}");
        assertThat(late.code()).isEqualTo("command-refused");
        assertThat(late.detail()).isEqualTo("the seat is taken");
        assertThat(kit.execute("reserve", "{\"seat\":\"7A\",\"by\":\"ann\"}").events())
                .as("she has it already")
                .isEmpty();
        assertThat(kit.state()).isEqualTo("{\"7A\":\"ann\"}");
    }

    @Test
    void onlyWhoHasItGivesItBack() {
        kit.execute("reserve", "{\"seat\":\"7A\",\"by\":\"ann\"}");
        assertThat(kit.execute("release", "{\"seat\":\"7A\",\"by\":\"bob\"}").code())
                .isEqualTo("command-refused");
        assertThat(kit.execute("release", "{\"seat\":\"7A\",\"by\":\"ann\"}").types())
                .containsExactly("seat.released");
        kit.restart();
        assertThat(kit.state()).isEqualTo("{}");
    }

    @Test
    void aRequestThatComesAgainIsAnsweredAsBefore() {
        Result first = kit.execute("reserve", "{\"seat\":\"7A\",\"by\":\"ann\"}", "request-1");
        kit.execute("release", "{\"seat\":\"7A\",\"by\":\"ann\"}");
        kit.restart();
        Result again = kit.execute("reserve", "{\"seat\":\"7A\",\"by\":\"ann\"}", "request-1");
        assertThat(again.duplicate()).isTrue();
        assertThat(again.offset()).isEqualTo(first.offset());
        assertThat(kit.state()).as("nothing was done again").isEqualTo("{}");
    }

    @Test
    void whatItDoesNotKnowIsRefusedOrPassedOver() {
        assertThat(kit.execute("sell", "{}").code()).isEqualTo("unknown-command");
        assertThat(kit.execute("reserve", "{\"seat\":7}").code()).isEqualTo("command-refused");
        kit.publish("seat.reserved", "17");
        kit.publish("weather.changed", "\"rain\"");
        assertThat(kit.state()).isEqualTo("{}");
    }
}
