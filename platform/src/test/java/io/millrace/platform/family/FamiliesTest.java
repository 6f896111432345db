package io.millrace.platform.family;

import static io.millrace.platform.fakes.Sample.families;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.platform.family.Family.Kind;
import io.millrace.platform.family.Family.Mask;
import io.millrace.platform.family.Family.SlowClient;
import io.millrace.platform.family.Family.Who;
import io.millrace.protocol.ChannelName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FamiliesTest {

    @Test
    void aFamilyHasTheDefaultsButForWhatItSays() {
        Families families = families("orders { retention.max-events = 7, rate.events = 3 }");
        Family orders = families.of(ChannelName.of("orders:1"));
        Family other = families.of(ChannelName.of("other:1"));
        assertThat(orders.name()).isEqualTo("orders");
        assertThat(orders.retention().maxEvents()).isEqualTo(7);
        assertThat(orders.retention().maxAge()).isEqualTo(Duration.ofDays(7));
        assertThat(orders.publishing().rate().events()).isEqualTo(3);
        assertThat(orders.publishing().rate().burst()).isEqualTo(3);
        assertThat(other.name()).isEqualTo("other");
        assertThat(other.retention().maxEvents()).isEqualTo(1_000_000);
        assertThat(other.publishing().rate().isLimited()).isFalse();
        assertThat(other.kind()).isEqualTo(Kind.DURABLE);
        assertThat(other.isJournaled()).isTrue();
        assertThat(other.hearing().allowed()).isEqualTo(Who.GRANTED);
        assertThat(other.privacy().isNone()).isTrue();
    }

    @Test
    void everyKeyOfAFamilyIsHeard() {
        Family all = families(
                        """
                        "a.b" {
                          class = latest, event-bytes = 2 KiB, behaviour = keyed, presence = on, wildcard = on, filters = off
                          rate { events = 2, per = 5s, burst = 9 }, publisher-rate { events = 4, per = 1m }
                          slow-client = disconnect, batch-interval = 250ms, subscribe = authenticated, publish = authenticated
                          claims { region = reg }, mask = [ { field = price, claim = role, values = [trader, boss] } ]
                        }
                        """)
                .of(ChannelName.of("a.b"));
        assertThat(all.kind()).isEqualTo(Kind.LATEST);
        assertThat(all.behaviour()).isEqualTo("keyed");
        assertThat(all.publishing())
                .isEqualTo(new Family.Publishing(
                        Who.AUTHENTICATED,
                        2048,
                        new Family.Rate(2, Duration.ofSeconds(5), 9),
                        new Family.Rate(4, Duration.ofMinutes(1), 4)));
        assertThat(all.hearing())
                .isEqualTo(new Family.Hearing(
                        Who.AUTHENTICATED, SlowClient.DISCONNECT, Duration.ofMillis(250), true, false, true));
        assertThat(all.privacy())
                .isEqualTo(new Family.Privacy(
                        Map.of("region", "reg"), List.of(new Mask("price", "role", List.of("trader", "boss")))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "orders = 5 | millrace.families.orders",
                "orders.retention.max-events = 0 | millrace.families.orders.retention.max-events",
                "orders.retention.max = 5 | millrace.families.orders.retention.max",
                "orders.rate = 5 | millrace.families.orders.rate",
                "orders.rate.per = soon | millrace.families.orders.rate.per",
                "orders.rate.every = 1s | millrace.families.orders.rate.every",
                "orders.sort = up | millrace.families.orders.sort",
                "orders.class = best | millrace.families.orders.class: one of durable, latest, ephemeral, not best",
                "orders.claims.region = 5 | millrace.families.orders.claims.region",
                "orders { class = ephemeral, behaviour = keyed } | millrace.families.orders.behaviour",
                "orders { class = ephemeral, wildcard = on } | millrace.families.orders.wildcard",
                "orders.event-bytes = 4 MiB | millrace.families.orders.event-bytes",
            })
    void whatIsWrongIsToldByItsWholeKey(String settings, String message) {
        assertThat(catchThrowable(() -> families(settings))).hasMessageStartingWith(message);
    }
}
